using System.Runtime.InteropServices;

namespace Agentdom.Jobs;

/// <summary>The few environment variables that a scheduler sets for its jobs.</summary>
internal static class BareEnvironment
{
    private static readonly string[] s_windows =
    [
        "ALLUSERSPROFILE", "APPDATA", "ComSpec", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS", "OS", "PATHEXT",
        "ProgramData", "ProgramFiles", "SystemDrive", "SystemRoot", "TEMP", "TMP", "USERDOMAIN", "USERNAME", "USERPROFILE", "windir",
    ];

    internal static IReadOnlyDictionary<string, string> Create()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            var kept = s_windows
                .Select(static name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
                .Where(static v => !string.IsNullOrEmpty(v.Value))
                .ToDictionary(static v => v.Name, static v => v.Value!, StringComparer.OrdinalIgnoreCase);
            kept["PATH"] = Environment.SystemDirectory;
            return kept;
        }
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            ["LOGNAME"] = Environment.UserName,
            ["USER"] = Environment.UserName,
            ["PATH"] = "/usr/bin:/bin",
            ["SHELL"] = "/bin/sh",
        };
    }
}
