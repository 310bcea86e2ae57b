using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// One agent: it calls the API, sleeps at times, tries again soon if a call failed, and revokes its token now and then.
/// </summary>
internal sealed class FleetAgent(
    AgentIdentity identity, IAgentClient client, FleetTime time, Measurements measures, AgentHabits habits, Random random)
{
    // A call that takes longer counts as a gap, even if it succeeds in the end.
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(5);

    private volatile bool _isShutOut;

    internal AgentIdentity Identity => identity;

    /// <summary>Called with each token that the agent has revoked, once the issuer has confirmed it.</summary>
    internal required Action<string, string> OnRevoked { get; init; }

    /// <summary>Stops the agent, because the issuer shuts it out.</summary>
    internal void ShutOut()
    {
        _isShutOut = true;
        measures.WithoutToken.Forget(identity.Id);
        measures.WithoutAnswer.Forget(identity.Id);
    }

    internal async Task RunAsync(TimeSpan start, CancellationToken cancel)
    {
        if (start > TimeSpan.Zero) await Task.Delay(start, time, cancel);
        while (!_isShutOut)
        {
            var isGood = await CallAsync(cancel);
            if (isGood && random.NextDouble() < habits.RevokeShare) await RevokeAsync(cancel);
            await PauseAsync(isGood ? Pause() : habits.RetryAfter, cancel);
        }
    }

    private TimeSpan Pause()
    {
        if (habits.AskInterval is not null) return habits.CallInterval;
        return random.NextDouble() < habits.SleepShare
            ? habits.LongestSleep * (0.5 + random.NextDouble() / 2)
            : habits.CallInterval * -Math.Log(1 - random.NextDouble());
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancel)
    {
        if (habits.AskInterval is not { } interval)
        {
            await Task.Delay(pause, time, cancel);
            return;
        }
        var end = measures.Elapsed + pause;
        for (var wait = interval * random.NextDouble(); measures.Elapsed + wait < end; wait = interval)
        {
            await Task.Delay(wait, time, cancel);
            await AskAsync(cancel);
        }
        var left = end - measures.Elapsed;
        if (left > TimeSpan.Zero) await Task.Delay(left, time, cancel);
    }

    private async Task AskAsync(CancellationToken cancel)
    {
        var began = measures.Elapsed;
        try
        {
            await client.TokenAsync(cancel);
            if (measures.Elapsed - began > s_slow) measures.WithoutToken.Begin(identity.Id, began);
            measures.WithoutToken.End(identity.Id, measures.Elapsed);
        }
        catch (AtpException)
        {
            measures.WithoutToken.Begin(identity.Id, began);
        }
    }

    private async Task<bool> CallAsync(CancellationToken cancel)
    {
        var began = measures.Elapsed;
        var (isGood, hadToken, reason) = await TryCallAsync(cancel);
        if (_isShutOut || cancel.IsCancellationRequested) return isGood;
        var ended = measures.Elapsed;
        // What a slow call waited for is not known. If the agent got a token meanwhile, it counts as without one.
        if (isGood) hadToken = !measures.GotToken(identity.Id, since: began);
        if (!isGood || ended - began > s_slow)
        {
            measures.WithoutAnswer.Begin(identity.Id, began);
            if (!hadToken) measures.WithoutToken.Begin(identity.Id, began);
        }
        if (isGood)
        {
            measures.WithoutToken.End(identity.Id, ended);
            measures.WithoutAnswer.End(identity.Id, ended);
            return true;
        }
        measures.Count(Counter.FailedCalls);
        measures.Failed(reason);
        if (!hadToken) measures.Count(Counter.WithoutToken);
        return false;
    }

    private async Task<(bool IsGood, bool HadToken, string Reason)> TryCallAsync(CancellationToken cancel)
    {
        try
        {
            var status = await client.CallAsync(cancel);
            return (status == 200, status != 401, $"API {status}");
        }
        catch (AtpException e)
        {
            return (false, false, $"token: {e.Error}");
        }
        catch (HttpRequestException e)
        {
            return (false, true, $"API: {e.HttpRequestError}");
        }
        catch (OperationCanceledException)
        {
            return (false, true, "API: no answer in time");
        }
    }

    private async Task RevokeAsync(CancellationToken cancel)
    {
        try
        {
            if (await client.TokenAsync(cancel) is not { } token) return;
            await client.RevokeAsync(token, cancel);
            OnRevoked(identity.Id, token);
        }
        catch (AtpException e)
        {
            measures.Failed($"revoke: {e.Error}");
        }
    }
}
