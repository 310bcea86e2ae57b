using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>A disk of a few hundred kilobytes in memory with the home of Agentdom. Only root can mount it.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();
    private readonly EnvironmentVariable _home;

    internal SmallDisk()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux mounts a disk in memory with one command.");
        if (Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _folder) != 0)
        {
            Directory.Delete(_folder);
            Assert.Skip("This user may not mount a disk.");
        }
        _home = new EnvironmentVariable(AgentdomHome.Variable, Path.Combine(_folder, "home"));
    }

    /// <summary>Uses all free space.</summary>
    internal void Fill()
    {
        using var file = File.Create(Path.Combine(_folder, "filling"), bufferSize: 1);
        try
        {
            while (true) file.Write(new byte[512]);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    internal void Empty() => File.Delete(Path.Combine(_folder, "filling"));

    internal void MakeReadOnly() => Assert.Equal(0, Run("mount", "-o", "remount,ro", _folder));

    public void Dispose()
    {
        _home.Dispose();
        Run("umount", _folder);
        Directory.Delete(_folder);
    }

    private static int Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
