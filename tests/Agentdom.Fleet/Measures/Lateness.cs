using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Measures;

/// <summary>
/// How late timers are, in simulated time. If it is much, the machine is too slow for the speed of the run, and the figures are worse than
/// the issuer's own.
/// </summary>
internal sealed class Lateness(ClockPlan plan, FleetTime time)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    private readonly List<TimeSpan> _samples = [];

    internal async Task RunAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                var due = plan.Now + s_every;
                await Task.Delay(s_every, time, end);
                _samples.Add(plan.Now - due);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>A quantile of the lateness. Only after the run.</summary>
    /// <param name="share">Which one, 0 to 1.</param>
    internal TimeSpan At(double share)
    {
        var sorted = _samples.Order().ToArray();
        return sorted.Length == 0 ? TimeSpan.Zero : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];
    }
}
