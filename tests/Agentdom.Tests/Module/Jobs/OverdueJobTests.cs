using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>A job that its scheduler does not run, although it has it.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class OverdueJobTests : IDisposable
{
    private static readonly JobCommand s_job = new(TimeSpan.FromMinutes(5), "sh", ["sh"]);

    private readonly string _home = TestPaths.NewFolder();
    private readonly EnvironmentVariable _variable;

    public OverdueJobTests() => _variable = new EnvironmentVariable(AgentdomHome.Variable, _home);

    public void Dispose()
    {
        _variable.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Theory]
    [InlineData(4, null, null)]
    [InlineData(10, null, null)]
    [InlineData(180, null, "should run every 5m and was registered 3h ago")]
    [InlineData(180, 4, null)]
    [InlineData(180, 95, "should run every 5m and last ran 1h 35m ago")]
    // It was registered again, and its script is newer than the outcome.
    [InlineData(4, 180, null)]
    public void IsShown(int registeredMinutesAgo, int? lastRunMinutesAgo, string? said)
    {
        JobFolder.Write(JobFolder.Script, "");
        File.SetLastWriteTimeUtc(JobFolder.Script, DateTime.UtcNow.AddMinutes(-registeredMinutesAgo));
        if (lastRunMinutesAgo is { } ago) Finish(DateTime.UtcNow.AddMinutes(-ago));

        var problem = RegisteredJob.Of("Cron", s_job).Problem;

        if (said is null) Assert.Null(problem);
        else Assert.Contains(said, problem);
    }

    [Fact]
    public void WhatKeepsItFromRunningComesFirst()
    {
        JobFolder.Write(JobFolder.Script, "");
        File.SetLastWriteTimeUtc(JobFolder.Script, DateTime.UtcNow.AddDays(-1));

        Assert.Equal("No daemon.", RegisteredJob.Of("Cron", s_job, whyNotRun: "No daemon.").Problem);
        Assert.Contains("/no/such/pwsh is gone",
            RegisteredJob.Of("Cron", s_job with { Words = ["/no/such/pwsh"] }, whyNotRun: "No daemon.").Problem);
    }

    private static void Finish(DateTime time) => File.WriteAllText(JobFolder.LastRun,
        $$"""{"started":"{{time:o}}","finished":"{{time:o}}","outcome":"Succeeded","renewed":1,"failed":[]}""");
}
