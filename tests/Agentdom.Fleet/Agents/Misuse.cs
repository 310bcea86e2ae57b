using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>Tries again and again what must never succeed: a sample of requests that were granted, and every token that is dead.</summary>
internal sealed class Misuse(
    NodeProbe probe, FleetTime time, Measurements measures, TimeSpan tokenLifetime, Random random, CancellationToken end)
{
    private const double ReplayedShare = 0.02;

    // The last two are just before and after a request becomes stale.
    private static readonly TimeSpan[] s_replays =
        [TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(280), TimeSpan.FromSeconds(330)];

    private readonly Lock _gate = new();

    internal void OnGranted(byte[] body)
    {
        if (Chance() < ReplayedShare) Follow(ReplayAsync(body));
    }

    /// <summary>Tries a token from now on until it has expired.</summary>
    internal void OnDead(string agent, string token, string reason) => Follow(UseAsync(agent, token, reason));

    private async Task ReplayAsync(byte[] body)
    {
        var granted = measures.Elapsed;
        foreach (var after in s_replays)
        {
            await WaitAsync(granted + after - measures.Elapsed);
            await probe.SendAgainAsync(body, $"{after.TotalSeconds:0} s later");
        }
    }

    private async Task UseAsync(string agent, string token, string reason)
    {
        var died = measures.Elapsed;
        for (var after = TimeSpan.Zero; after < tokenLifetime; after = measures.Elapsed - died)
        {
            await probe.CallAsync(token, $"{agent}, {reason}, {after.TotalSeconds:0} s later");
            await WaitAsync(tokenLifetime * (0.05 + 0.1 * Chance()));
        }
    }

    private Task WaitAsync(TimeSpan span) => span > TimeSpan.Zero ? Task.Delay(span, time, end) : Task.CompletedTask;

    private double Chance()
    {
        lock (_gate) return random.NextDouble();
    }

    private static void Follow(Task task) => _ = task.ContinueWith(
        static failed => Console.Error.WriteLine(failed.Exception!.InnerException), CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
