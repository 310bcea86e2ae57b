using Agentdom.TestSupport;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>Uses the real crontab of the user who runs the tests, and restores it afterwards.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class CronSchedulerTests : IDisposable
{
    private readonly IDisposable _turn;
    private readonly byte[]? _before;

    public CronSchedulerTests()
    {
        Assert.SkipUnless(ProcessRunner.Find("crontab") is not null, "crontab is not here.");
        _turn = CrontabTurn.Take();
        _before = SchedulerTool.Run("crontab", ["-l"]) is { ExitCode: 0 } ? List() : null;
    }

    public void Dispose()
    {
        if (_before is not null) SchedulerTool.Require("crontab", ["-"], _before);
        else SchedulerTool.Run("crontab", ["-r"]);
        _turn.Dispose();
    }

    [Fact]
    public void TheJobComesAndGoesAndOtherLinesStayByteForByte()
    {
        byte[] others = [.. "# \r\n# \\r\n0 3 1 1 * echo "u8, 0xff, 0x80, .. "\n\n"u8];
        SchedulerTool.Require("crontab", ["-"], others);
        var cron = new CronScheduler();
        Assert.Null(cron.Find());

        cron.Register(SampleJobs.Job(5, SampleJobs.AwkwardScript));
        var once = List();
        cron.Register(SampleJobs.Job(5, SampleJobs.AwkwardScript));

        Assert.Equal(once, List());
        Assert.Equal(others, once[^others.Length..]);
        Assert.Equal(5, cron.Find()!.Interval.TotalMinutes);
        Assert.True(cron.Unregister());
        Assert.Equal(others, List());
        Assert.False(cron.Unregister());
    }

    [Fact]
    public void IfThereWasNoCrontabThereIsNoneAfterwards()
    {
        SchedulerTool.Run("crontab", ["-r"]);
        var cron = new CronScheduler();

        cron.Register(SampleJobs.Job(60));
        Assert.Equal(60, cron.Find()!.Interval.TotalMinutes);
        cron.Unregister();

        Assert.NotEqual(0, SchedulerTool.Run("crontab", ["-l"]).ExitCode);
    }

    // As an editor gets it, because Debian's crontab -l shows a carriage return as \r.
    private static byte[] List()
    {
        using var visual = new EnvironmentVariable("VISUAL", "cat");
        using var editor = new EnvironmentVariable("EDITOR", "cat");
        return SchedulerTool.Require("crontab", ["-e"]).Output;
    }
}
