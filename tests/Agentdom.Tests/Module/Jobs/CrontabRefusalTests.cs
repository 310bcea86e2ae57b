using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>
/// The output of crontab if it lists nothing, from a fake: a real refusal needs another user's account, and a system has only
/// one kind of cron.
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
        Assert.Throws<AtpException>(() => cron.Register(SampleJobs.Job(5)));
    }

    [Fact]
    public void ACrontabThatStoresNothingIsNotTakenForSuccess()
    {
        using var path = FakeCrontabScript("if [ \"$1\" = - ]; then cat > /dev/null; fi");

        var failure = Assert.Throws<AtpException>(() =>
            new RefreshJobs([new CronScheduler()]).Register(SampleJobs.Job(5), new CronScheduler()));

        Assert.Equal(AtpError.SchedulerFailed, failure.Error);
        Assert.Contains("Cron accepted the job without an error, but does not list it", failure.Happened);
    }

    private EnvironmentVariable FakeCrontab(string said) => FakeCrontabScript($"cat >&2 <<'END'\n{said}\nEND\nexit 1");

    private EnvironmentVariable FakeCrontabScript(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no cron.");
        var program = Path.Combine(_folder, "crontab");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new EnvironmentVariable("PATH", $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}");
    }
}
