using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

[Collection(PowerShellCollection.Name)]
public sealed class SystemdTextTests
{
    [Theory]
    [InlineData(1, "*:0/1", 12)]
    [InlineData(5, "*:0/5", 60)]
    [InlineData(60, "*:00", 720)]
    public void TheTimerContainsTheInterval(int minutes, string calendar, int delay)
    {
        var lines = SystemdText.Timer(SampleJobs.Job(minutes)).Split('\n');

        Assert.Contains($"OnCalendar={calendar}", lines);
        Assert.Contains($"RandomizedDelaySec={delay}", lines);
        Assert.Contains("Persistent=yes", lines);
        Assert.Contains("WantedBy=timers.target", lines);
        var found = SystemdText.Find(SystemdText.Service(SampleJobs.Job()), string.Join('\n', lines));
        Assert.Equal(minutes, found!.Interval.TotalMinutes);
    }

    [Fact]
    public void TheServiceRunsTheCommand()
    {
        var lines = SystemdText.Service(SampleJobs.Job()).Split('\n');

        Assert.Contains("Type=oneshot", lines);
        Assert.Contains("ExecStart=/usr/bin/pwsh -NoProfile -NonInteractive -File /home/agent/jobs/refresh.ps1", lines);
        Assert.Contains("UMask=0077", lines);
        Assert.DoesNotContain(lines, static line => line.StartsWith("Environment", StringComparison.Ordinal));
    }

    [Fact]
    public void WordsAreQuotedForExecStart() => Assert.Contains(
        """ExecStart="/opt/50%% $power shell/pwsh" -NoProfile -NonInteractive """
        + """-File "/home/o'neil/50%% \"of\"\\%%d $$HOME/Größe & <x>/refresh.ps1" """.TrimEnd(),
        SystemdText.Service(SampleJobs.Job(script: SampleJobs.AwkwardScript, engine: "/opt/50% $power shell/pwsh")).Split('\n'));

    [Fact]
    public void WordsAreReadBackFromExecStart()
    {
        var job = SampleJobs.Job(script: SampleJobs.AwkwardScript, engine: "/opt/50% $power shell/pwsh");

        Assert.Equal(job.Command, SystemdText.Find(SystemdText.Service(job), SystemdText.Timer(job))!.Words);
    }

    [Fact]
    public void DigitsOfAnotherScriptAreNotTheJobs() =>
        Assert.Null(SystemdText.Find(SystemdText.Service(SampleJobs.Job()), SystemdText.Timer(SampleJobs.Job()).Replace("0/5", "0/٥")));

    [Fact]
    public void UnitsOfSomebodyElseAreNotTheJob() => Assert.Null(SystemdText.Find("[Service]\n", "[Timer]\nOnCalendar=daily\n"));

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(60)]
    public void SystemdTakesTheUnits(int minutes)
    {
        Assert.SkipUnless(ProcessRunner.Find("systemd-analyze") is not null, "systemd-analyze is not here.");
        var folder = TestPaths.NewFolder();
        // systemd-analyze verify needs an existing program. Its folder's name needs quotes, but has no quote in it, because
        // systemd does not support that.
        var engine = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "a b 50% $c")).FullName, "pwsh");
        File.CreateSymbolicLink(engine, "/bin/true");
        var job = SampleJobs.Job(minutes, SampleJobs.AwkwardScript, engine);
        var service = Path.Combine(folder, SystemdText.UnitName + ".service");
        var timer = Path.Combine(folder, SystemdText.UnitName + ".timer");
        File.WriteAllText(service, SystemdText.Service(job));
        File.WriteAllText(timer, SystemdText.Timer(job));

        using var runtime = new EnvironmentVariable("XDG_RUNTIME_DIR", folder);
        var verified = SchedulerTool.Run("systemd-analyze", ["verify", "--user", "--man=no", service, timer]);

        Assert.Equal((0, ""), (verified.ExitCode, verified.Errors));
        Directory.Delete(folder, recursive: true);
    }
}
