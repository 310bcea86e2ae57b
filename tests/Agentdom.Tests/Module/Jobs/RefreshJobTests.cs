namespace Agentdom.Tests.Module;

public sealed class RefreshJobTests
{
    [Fact]
    public void TheCommandIsTheEngineAndTheScriptWithoutProfileOrQuestions() =>
        Assert.Equal(
            ["/usr/bin/pwsh", "-NoProfile", "-NonInteractive", "-File", "/x/refresh.ps1"],
            SampleJobs.Job(5, "/x/refresh.ps1").Command);

    [Theory]
    [InlineData("00:01:00")]
    [InlineData("01:00:00")]
    public void WholeMinutesUpToAnHourAreTaken(string interval) =>
        Assert.Equal(TimeSpan.Parse(interval, null), new RefreshJob(TimeSpan.Parse(interval, null), ["/p"], "/s").Interval);

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("00:00:59")]
    [InlineData("00:01:30")]
    [InlineData("01:01:00")]
    [InlineData("-00:05:00")]
    public void AnyOtherIntervalIsRefused(string interval)
    {
        var refusal = Assert.Throws<AtpException>(() => new RefreshJob(TimeSpan.Parse(interval, null), ["/p"], "/s"));

        Assert.Equal(AtpError.IntervalInvalid, refusal.Error);
    }

    [Theory]
    [InlineData("/a\n* * * * * evil")]
    [InlineData("/a\r")]
    [InlineData("/a\0")]
    public void APathThatWouldBreakALineIsRefused(string path)
    {
        Assert.Throws<AtpException>(() => new RefreshJob(RefreshJob.DefaultInterval, [path], "/s"));
        Assert.Throws<AtpException>(() => new RefreshJob(RefreshJob.DefaultInterval, ["/p"], path));
    }
}
