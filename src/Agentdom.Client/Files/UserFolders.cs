using System.Runtime.InteropServices;

namespace Agentdom.Client;

/// <summary>The user's folders for data and configuration, by the conventions of each system (XDG on Linux).</summary>
internal static class UserFolders
{
    private const string DataVariable = "XDG_DATA_HOME";
    private const string ConfigVariable = "XDG_CONFIG_HOME";

    /// <summary>The environment variables that move these folders.</summary>
    internal static IReadOnlyList<string> Variables { get; } = [DataVariable, ConfigVariable];

    /// <summary>The folder for data.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.HomeInvalid"/>: the account has no home folder.</exception>
    internal static string Data =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? Path.Combine(Home, "Library", "Application Support")
        : Xdg(DataVariable) ?? Path.Combine(Home, ".local", "share");

    /// <summary>The folder for configuration and keys, separate from the one for data.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.HomeInvalid"/>: the account has no home folder.</exception>
    internal static string Config =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? Path.Combine(Home, "Library", "Preferences")
        : Xdg(ConfigVariable) ?? Path.Combine(Home, ".config");

    /// <summary>The user's home folder.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.HomeInvalid"/>: the account has none.</exception>
    internal static string Home
    {
        get
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return Path.IsPathRooted(home) ? home : throw new AtpException(AtpError.HomeInvalid,
                "This account has no home folder, so there is no place for the vault.",
                $"Set {AgentdomHome.Variable} to a separate folder.");
        }
    }

    private static string? Xdg(string variable) => EnvironmentPath.Read(variable, ignoreRelative: true);
}
