namespace Agentdom.Client;

/// <summary>
/// The folders for everything stored on disk. <c>AGENTDOM_HOME</c> moves all of them. By default, data and keys are in
/// different folders of the user, so that a copy of one does not include the other.
/// </summary>
internal static class AgentdomHome
{
    /// <summary>The environment variable that moves all folders.</summary>
    internal const string Variable = "AGENTDOM_HOME";

    /// <summary>The folder of the encrypted entries.</summary>
    internal static string Data => Path.Combine(DataRoot(), "vault");

    /// <summary>The folder of the key file, and of the machine id if the system has none.</summary>
    internal static string Keys => Path.Combine(Moved() ?? Path.Combine(UserFolders.Config, "agentdom"), "keys");

    /// <summary>The folder of the cross-process locks.</summary>
    internal static string Locks => Path.Combine(DataRoot(), "locks");

    /// <summary>The folder of the refresh job's script and of its last outcome.</summary>
    internal static string Jobs => Path.Combine(DataRoot(), "jobs");

    private static string DataRoot() => Moved() ?? Path.Combine(UserFolders.Data, "agentdom");

    private static string? Moved()
    {
        var home = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(home) ? null : Path.GetFullPath(home!);
    }
}
