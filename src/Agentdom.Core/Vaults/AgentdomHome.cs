using System.Runtime.InteropServices;

namespace Agentdom.Core.Vaults;

/// <summary>
/// Where the module keeps its files. <c>AGENTDOM_HOME</c> moves all of them; otherwise data and keys lie in the user's
/// folders for data and for configuration, apart from each other.
/// </summary>
public static class AgentdomHome
{
    /// <summary>The environment variable that moves everything the module keeps on disk.</summary>
    public const string Variable = "AGENTDOM_HOME";

    /// <summary>The folder of the encrypted entries.</summary>
    public static string Data => Path.Combine(Moved() ?? Path.Combine(DataRoot(), "agentdom"), "vault");

    /// <summary>The folder of the key file and of the machine id where the system has none.</summary>
    public static string Keys => Path.Combine(Moved() ?? Path.Combine(KeyRoot(), "agentdom"), "keys");

    /// <summary>The folder of the locks that processes share.</summary>
    public static string Locks => Path.Combine(Moved() ?? Path.Combine(DataRoot(), "agentdom"), "locks");

    /// <summary>The folder of the refresh job's script and of its last outcome.</summary>
    public static string Jobs => Path.Combine(Moved() ?? Path.Combine(DataRoot(), "agentdom"), "jobs");

    private static string? Moved()
    {
        var home = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(home) ? null : Path.GetFullPath(home!);
    }

    private static string DataRoot()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
            return Path.Combine(UserHome(), "Library", "Application Support");
        return Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data
            ? data
            : Path.Combine(UserHome(), ".local", "share");
    }

    private static string KeyRoot()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
            return Path.Combine(UserHome(), "Library", "Preferences");
        return Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
            ? config
            : Path.Combine(UserHome(), ".config");
    }

    private static string UserHome()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? home : throw new AtpException(AtpError.VaultUnwritable,
            "This account has no home folder, so there is no place for the vault.", $"Set {Variable} to a folder of its own.");
    }
}
