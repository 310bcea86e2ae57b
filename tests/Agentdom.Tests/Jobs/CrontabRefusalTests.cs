using Agentdom.Tests.Core;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Jobs;

/// <summary>
/// What crontab says where it lists nothing, by a fake: the real refusal needs the account of another user, and one
/// system has one kind of cron.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class CrontabRefusalTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("no crontab for agent")]
    [InlineData("crontab: no crontab for agent")]
    [InlineData("crontab: can't open 'agent': No such file or directory")]
    public void NoCrontabYetIsAnEmptyOne(string said)
    {
        using var path = FakeCrontab(said);
        var cron = new CronScheduler();

        Assert.Null(cron.WhyUnavailable());
        Assert.Null(cron.Find());
    }

    [Theory]
    [InlineData("You (agent) are not allowed to use this program (crontab)\nSee crontab(1) for more information",
        "You (agent) are not allowed to use this program (crontab)")]
    [InlineData("crontab: can't open 'agent': Permission denied", "crontab: can't open 'agent': Permission denied")]
    [InlineData("", "crontab -l fails without a word")]
    public void ARefusalMakesCronUnavailable(string said, string reason)
    {
        using var path = FakeCrontab(said);
        var cron = new CronScheduler();

        Assert.Equal(reason, cron.WhyUnavailable());
        Assert.Throws<AtpException>(() => cron.Register(Samples.Job(5)));
    }

    private EnvironmentVariable FakeCrontab(string said)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no cron.");
        var script = Path.Combine(_folder, "crontab");
        File.WriteAllText(script, $"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit 1\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new EnvironmentVariable("PATH", $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}");
    }
}
