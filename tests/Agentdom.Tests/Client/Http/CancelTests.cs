using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Cancelling an operation. The hosts here keep the connection open until the test is over.</summary>
public sealed class CancelTests : IDisposable
{
    private readonly Agent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task CancellingEndsAWaitForAnAnswer()
    {
        await using var host = new RawHost(false);
        using var cancel = new CancellationTokenSource();
        using var deadline = new Deadline(TimeSpan.FromMinutes(2), caller: cancel.Token);
        var asking = _agent.AskAsync(host.Endpoint, deadline);
        await host.Asked;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Single(host.Bodies);
    }

    [Fact]
    public async Task CancellingEndsAWaitForTheRestOfAnAnswer()
    {
        await using var host = new RawHost(true, "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"token\":");
        using var cancel = new CancellationTokenSource();
        using var deadline = new Deadline(TimeSpan.FromMinutes(2), caller: cancel.Token);
        var asking = _agent.AskAsync(host.Endpoint, deadline);
        await host.Asked;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task CancellingEndsAWaitForTheNextAttempt()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Error(429, "rate_limited", ("Retry-After", "60")), Answers.Grant);
        using var cancel = new CancellationTokenSource();
        // The message about a failed attempt comes right before the wait.
        using var deadline = new Deadline(TimeSpan.FromMinutes(5), tell: text =>
        {
            if (text.Contains("trying again", StringComparison.Ordinal)) cancel.Cancel();
        }, cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _agent.AskAsync(host.Endpoint, deadline));
        Assert.Single(host.Posts);
    }

    [Fact]
    public async Task WhatIsCancelledBeforehandIsNotSent()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Grant);
        using var deadline = new Deadline(TimeSpan.FromMinutes(2), caller: new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _agent.AskAsync(host.Endpoint, deadline));
        Assert.Empty(host.Posts);
    }

    [Fact]
    public async Task ADeadlineThatPassesIsATimeOutAndNoCancellation()
    {
        await using var host = new RawHost(false);
        using var deadline = new Deadline(TimeSpan.FromMilliseconds(200));
        var error = await Agent.FailsAsync(AtpError.TimedOut, () => _agent.AskAsync(host.Endpoint, deadline));

        Assert.Contains("0.2 seconds", error.Message);
        Assert.Contains(host.Name, error.Message);
    }
}
