using System.Management.Automation;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>The progress bar during a wait. The hosts here accept a request and do not answer.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class ProgressTests : IDisposable
{
    private readonly Engine _engine = new();
    private readonly EnvironmentVariable _secret = new(SecretFinder.Variable, TestIssuer.SecretText);

    public void Dispose()
    {
        _secret.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public async Task AProgressBarShowsReasonAndTimeLeftAndIsRemovedOnFailure()
    {
        await using var host = new RawHost(false);

        var result = _engine.Run($"Get-AtpManifest {host.Name} -TimeoutSec 4");

        Assert.Equal("AtpTimedOut", result.ErrorId);
        AssertShownAndGone(result, "Get-AtpManifest", host.Name);
        Assert.All(Shown(result), r => Assert.InRange(r.SecondsRemaining, -1, 3));
        Assert.Contains(Shown(result), r => r.SecondsRemaining > 0);
    }

    [Theory]
    [InlineData("Get-AtpToken {0} -TimeoutSec 4")]
    [InlineData("Update-AtpToken {0} -TimeoutSec 4")]
    public async Task ASlowRenewalIsShown(string command)
    {
        await using var host = new RawHost(false);
        StoredTokens.Save(StoredTokens.Make(host.Name, TimeSpan.FromSeconds(-1)));

        var result = _engine.Run(string.Format(null, command, host.Name));

        Assert.Equal("AtpTimedOut", result.ErrorId);
        AssertShownAndGone(result, command.Split(' ')[0], command.StartsWith("Get", StringComparison.Ordinal) ? host.Name : " of 1 done");
    }

    [Fact]
    public void AWaitForAnotherProcessIsShown()
    {
        var host = ClosedPort.Shared.Name;
        var token = StoredTokens.Make(host, TimeSpan.FromSeconds(-1));
        StoredTokens.Save(token);
        using var held = CrossProcessLock.ForEntry(token.EntryName, TimeSpan.Zero, CancellationToken.None);

        var result = _engine.Run($"Get-AtpToken {host} -TimeoutSec 3");

        Assert.Equal("AtpTimedOut", result.ErrorId);
        AssertShownAndGone(result, "Get-AtpToken", host);
    }

    [Fact]
    public async Task StoppingEndsAWaitThatIsShown()
    {
        await using var host = new RawHost(false);
        using var shell = _engine.Start($"Get-AtpManifest {host.Name}");
        var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shell.Streams.Progress.DataAdded += (_, _) => shown.TrySetResult();
        var running = shell.InvokeAsync();
        await shown.Task;

        await Task.Run(shell.Stop, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
    }

    [Fact]
    public async Task AFastCallShowsNothing()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var script = $"$null = Request-AtpToken {issuer.Name} data.read; "
            + $"$null = Update-AtpToken {issuer.Name} -Force; Test-AtpToken {issuer.Name} -Quiet";

        // The first run loads assemblies, and a busy machine may occasionally take a second.
        var runs = Enumerable.Range(0, 5).Select(_ => _engine.Run(script));

        Assert.Contains(runs, run => run.Single<bool>() && run.Streams.Progress.Count == 0);
    }

    private static void AssertShownAndGone(Engine.Result result, string command, string status)
    {
        Assert.NotEmpty(Shown(result));
        Assert.All(result.Streams.Progress, r => Assert.Equal(command, r.Activity));
        Assert.All(Shown(result), r => Assert.Contains(status, r.StatusDescription, StringComparison.Ordinal));
        Assert.Equal(ProgressRecordType.Completed, result.Streams.Progress[^1].RecordType);
        Assert.DoesNotContain(result.Streams.Progress, r => r.StatusDescription.Contains(TestIssuer.SecretText, StringComparison.Ordinal));
    }

    private static List<ProgressRecord> Shown(Engine.Result result) =>
        [.. result.Streams.Progress.Where(r => r.RecordType == ProgressRecordType.Processing)];
}
