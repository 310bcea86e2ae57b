using Agentdom.Fleet.Events;
using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>Tries again and again what must never succeed: a sample of requests that were granted, and every token that is dead.</summary>
/// <param name="probe">Asks the nodes.</param>
/// <param name="time">Simulated time.</param>
/// <param name="measures">The results.</param>
/// <param name="random">For the times between.</param>
/// <param name="end">The end of the run.</param>
internal sealed class Misuse(NodeProbe probe, FleetTime time, Measurements measures, Random random, CancellationToken end)
{
    // Enough that some are sent before a restart and again after it.
    private const double ReplayedShare = 0.1;

    // The last two are just before and after a request becomes stale.
    private static readonly TimeSpan[] s_replays =
        [TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(280), TimeSpan.FromSeconds(330)];

    private readonly Lock _gate = new();

    internal void OnGranted(byte[] body)
    {
        if (Chance() < ReplayedShare) Follow(ReplayAsync(body));
    }

    /// <summary>Tries a token from now on until shortly before it expires by the clock of any node.</summary>
    internal void OnDead(ProbeKind kind, string agent, string token) => Follow(UseAsync(kind, agent, token));

    /// <summary>Gets a token of an agent from every node, to be tried when the agent is disabled.</summary>
    /// <exception cref="FleetFailedException">A node has refused.</exception>
    internal async Task<IReadOnlyList<string>> BeforeDisabledAsync(AgentIdentity agent, int nodes)
    {
        var (tokens, _) = await probe.RequestAsync(agent);
        return tokens.Count == nodes ? tokens : throw new FleetFailedException($"A node refused {agent.Id} before it was disabled.");
    }

    /// <summary>Tries tokens of a disabled agent from now on, and requests others now.</summary>
    internal async Task OnDisabledAsync(AgentIdentity agent, IReadOnlyList<string> tokens)
    {
        foreach (var token in tokens) OnDead(ProbeKind.TokenOfDisabledAgent, agent.Id, token);
        var (granted, refusals) = await probe.RequestAsync(agent);
        for (var i = 0; i < granted.Count + refusals; i++)
            measures.Probes.Answered(ProbeKind.RequestOfDisabledAgent, isAccepted: i < granted.Count);
        if (granted.Count > 0) measures.Note($"ACCEPTED: {ProbeKind.RequestOfDisabledAgent}, {agent.Id}");
    }

    private async Task ReplayAsync(byte[] body)
    {
        var granted = measures.Elapsed;
        foreach (var after in s_replays)
        {
            await WaitAsync(granted + after - measures.Elapsed);
            await probe.SendAgainAsync(body, granted, $"{after.TotalSeconds:0} s later");
        }
    }

    private async Task UseAsync(ProbeKind kind, string agent, string token)
    {
        var claims = TokenInspector.Look(token).Claims;
        var (from, until) = (Seconds("iat"), Seconds("exp") - Schedule.ClockOffset);
        while (time.GetUtcNow() < until)
        {
            await probe.CallAsync(kind, token, $"{agent}, {(time.GetUtcNow() - from).TotalSeconds:0} s old");
            await WaitAsync((until - from) * (0.05 + 0.1 * Chance()));
        }

        DateTimeOffset Seconds(string claim) => DateTimeOffset.FromUnixTimeSeconds(claims.Integer(claim)!.Value);
    }

    private Task WaitAsync(TimeSpan span) => span > TimeSpan.Zero ? Task.Delay(span, time, end) : Task.CompletedTask;

    private double Chance()
    {
        lock (_gate) return random.NextDouble();
    }

    private void Follow(Task task) => _ = task.ContinueWith(
        failed => measures.Probes.Surprised($"a probe failed: {failed.Exception!.InnerException!.Message}"), CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
