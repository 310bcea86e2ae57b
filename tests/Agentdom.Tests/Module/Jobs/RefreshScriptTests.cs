using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

[Collection(PowerShellCollection.Name)]
public sealed class RefreshScriptTests
{
    [Fact]
    public void TheScriptBringsTheSessionsSettingsAndNoSecret()
    {
        using var home = new EnvironmentVariable("AGENTDOM_HOME", "/srv/it's");
        using var agent = new EnvironmentVariable("AGENTDOM_AGENT_ID", "agent-one");
        using var secret = new EnvironmentVariable("AGENTDOM_ATP_SECRET", "hunter2-secret");
        using var key = new EnvironmentVariable("AGENTDOM_VAULT_KEY", "hunter2-key");
        var script = new RefreshScript("/m/Agentdom.psd1", "it's mine", TimeSpan.FromMinutes(5));

        var lines = script.ForScheduler().Split('\n', StringSplitOptions.TrimEntries);

        Assert.Contains("$env:AGENTDOM_HOME = '/srv/it''s'", lines);
        Assert.Contains("$env:AGENTDOM_AGENT_ID = 'agent-one'", lines);
        Assert.Contains("$vault = 'it''s mine'", lines);
        Assert.Contains("Import-Module '/m/Agentdom.psd1'", lines);
        Assert.Contains("$validity = [timespan]::FromMinutes(10)", lines);
        foreach (var text in new[] { script.ForScheduler(), script.ForRunspace() })
        {
            Assert.DoesNotContain("hunter2", text);
            Assert.DoesNotContain("AGENTDOM_ATP_SECRET", text);
            Assert.DoesNotContain("AGENTDOM_VAULT_KEY", text);
        }
        Assert.DoesNotContain("$env:", script.ForRunspace());
    }

    [Fact]
    public void ATildeInTheHomeIsReplaced()
    {
        using var home = new EnvironmentVariable("AGENTDOM_HOME", "~/tokens");

        var script = new RefreshScript("m", "v", TimeSpan.FromMinutes(5)).ForScheduler();

        Assert.Contains($"$env:AGENTDOM_HOME = '{Path.Combine(UserFolders.Home, "tokens")}'", script);
    }

    [Fact]
    public void WhatFailsIsReportedInAscii()
    {
        using var engine = new Engine();
        var script = new RefreshScript("/none/Größe.psd1", "Agentdom", TimeSpan.FromMinutes(5));

        var report = engine.Run(script.ForRunspace()).Single<string>();
        var run = JobRun.FromJson(report);

        Assert.All(report, c => Assert.InRange(c, ' ', '~'));
        Assert.Equal("Failed", run.Outcome);
        var failure = Assert.Single(run.Failures);
        Assert.Null(failure.Host);
        Assert.Contains("Größe.psd1", failure.Message);
        Assert.InRange(run.Finished, run.Started, DateTimeOffset.UtcNow);
    }
}
