namespace Agentdom.Client;

/// <summary>
/// The folders for everything stored on disk. <c>AGENTDOM_HOME</c> moves all of them. By default, data and keys are in
/// different folders of the user, so that a copy of one does not include the other. Each folder is checked before it is
/// returned, and can throw <see cref="AtpError.VaultInsecure"/> or <see cref="AtpError.HomeInvalid"/>.
/// </summary>
internal static class AgentdomHome
{
    /// <summary>The environment variable that moves all folders.</summary>
    internal const string Variable = "AGENTDOM_HOME";

    /// <summary>The absolute path that the variable gives, or null if it is not set.</summary>
    internal static string? Moved => EnvironmentPath.Read(Variable);

    /// <summary>The folder of the encrypted entries.</summary>
    internal static string Data => InData("vault");

    /// <summary>The folder of the key file, and of the machine id if the system has none.</summary>
    internal static string Keys => Checked(Moved ?? Path.Combine(UserFolders.Config, "agentdom"), "keys");

    /// <summary>The folder of the cross-process locks.</summary>
    internal static string Locks => InData("locks");

    /// <summary>The folder of the refresh job's script and of its last outcome.</summary>
    internal static string Jobs => InData("jobs");

    private static string InData(string folder) => Checked(Moved ?? Path.Combine(UserFolders.Data, "agentdom"), folder);

    private static string Checked(string home, string folder)
    {
        var path = Path.Combine(home, folder);
        PrivatePath.CheckHome(home);
        PrivatePath.CheckFolder(path);
        return path;
    }
}
