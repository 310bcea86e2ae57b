using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// One agent: it calls the API at random moments, sleeps for hours at times, tries again soon if a call failed, and revokes its token
/// now and then.
/// </summary>
internal sealed class FleetAgent(
    AgentIdentity identity, IAgentClient client, FleetTime time, Measurements measures, AgentHabits habits, Random random)
{
    private volatile bool _isShutOut;

    internal AgentIdentity Identity => identity;

    internal IAgentClient Client => client;

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
            await Task.Delay(isGood ? Pause() : habits.RetryAfter, time, cancel);
        }
    }

    private TimeSpan Pause() => random.NextDouble() < habits.SleepShare
        ? habits.LongestSleep * (0.5 + random.NextDouble() / 2)
        : habits.CallInterval * -Math.Log(1 - random.NextDouble());

    private async Task<bool> CallAsync(CancellationToken cancel)
    {
        var (isGood, hadToken, reason) = await TryCallAsync(cancel);
        if (_isShutOut || cancel.IsCancellationRequested) return isGood;
        var now = measures.Elapsed;
        if (isGood)
        {
            measures.WithoutToken.End(identity.Id, now);
            measures.WithoutAnswer.End(identity.Id, now);
            return true;
        }
        measures.Count(Counter.FailedCalls);
        measures.Failed(reason);
        measures.WithoutAnswer.Begin(identity.Id, now);
        if (hadToken) return false;
        measures.Count(Counter.WithoutToken);
        measures.WithoutToken.Begin(identity.Id, now);
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
