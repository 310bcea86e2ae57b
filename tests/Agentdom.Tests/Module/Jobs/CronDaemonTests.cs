using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>
/// With a folder in the form of Linux's /proc in place of the real one, because other programs on this machine may run a cron daemon or
/// not. The Pester suite does the same with the real one.
/// </summary>
public sealed class CronDaemonTests : IDisposable
{
    private readonly string _processes = TestPaths.NewFolder();

    public CronDaemonTests() => Run(1, "sh");

    public void Dispose() => Directory.Delete(_processes, recursive: true);

    [Theory]
    [InlineData("cron", "/usr/sbin/cron\0-f\0", false)]
    [InlineData("crond", "crond\0", false)]
    [InlineData("busybox", "busybox\0crond\0-f\0", false)]
    [InlineData("busybox", "busybox\0vi\0crond\0", true)]
    [InlineData("crontab", "crontab\0-l\0", true)]
    public void ADaemonIsKnownByItsName(string name, string commandLine, bool isMissing)
    {
        Assert.True(CronDaemon.IsMissing(_processes));
        Run(42, name, commandLine);

        Assert.Equal(isMissing, CronDaemon.IsMissing(_processes));
    }

    [Fact]
    public void NothingIsSaidIfTheProcessesOfOthersAreHidden()
    {
        Directory.Delete(Path.Combine(_processes, "1"), recursive: true);
        Run(42, "pwsh");

        Assert.False(CronDaemon.IsMissing(_processes));
        Assert.False(CronDaemon.IsMissing(Path.Combine(_processes, "not here")));
    }

    private void Run(int id, string name, string commandLine = "")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_processes, $"{id}")).FullName;
        File.WriteAllText(Path.Combine(folder, "comm"), name + "\n");
        File.WriteAllText(Path.Combine(folder, "cmdline"), commandLine);
    }
}
