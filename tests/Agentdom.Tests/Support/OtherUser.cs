using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>The user <c>nobody</c>, as whom only root can start processes.</summary>
internal static class OtherUser
{
    internal const int Id = 65534;

    internal static readonly string[] Launcher = ["setpriv", $"--reuid={Id}", $"--regid={Id}", "--clear-groups", "--"];

    /// <summary>Skips the test if this machine cannot start a process of that user that can read the module.</summary>
    internal static void Require()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux has setpriv.");
        if (!Environment.IsPrivilegedProcess) Assert.Skip("Only root can start processes as another user.");
        if (Run([.. Launcher, "test", "-r", TestPaths.ModuleManifest]) != 0) Assert.Skip("Another user cannot read the module here.");
    }

    /// <summary>Gives a file, or a folder with all that is in it, to a user and a group of the same id.</summary>
    internal static void Give(string path, int user = Id) => Assert.Equal(0, Run("chown", "-R", $"{user}:{user}", path));

    /// <summary>Sets a mode, in octal.</summary>
    internal static void SetMode(string path, string mode) => Assert.Equal(0, Run("chmod", mode, path));

    internal static int Run(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
