using Agentdom.Fleet.Agents;
using Agentdom.Fleet.Measures;

namespace Agentdom.Fleet.Reporting;

/// <summary>How the services that started in the same minute spread their first renewals.</summary>
/// <param name="Services">How many have renewed.</param>
/// <param name="Most">How many did so within the same <see cref="Series.Step"/>.</param>
/// <param name="SameAge">The share, 0 to 1, of those whose token had the same age, within <see cref="WindowFor"/>.</param>
internal sealed record Herd(int Services, int Most, double SameAge)
{
    /// <summary>
    /// The largest good share. They ask for their token once in each such window, so without jitter all of them would renew at the
    /// same age. With the library's jitter it is a third.
    /// </summary>
    internal const double Limit = 0.5;

    internal bool IsGood => Services > 0 && SameAge <= Limit;

    /// <summary>A third of the time over which the library spreads renewals, which is a tenth of its margin (RenewalPolicy).</summary>
    internal static TimeSpan WindowFor(TimeSpan lifetime) =>
        TimeSpan.FromTicks(Math.Min(lifetime.Ticks / 3, TimeSpan.FromMinutes(5).Ticks)) / 30;

    internal static Herd Of(Measurements measures, TimeSpan lifetime)
    {
        var first = measures.FirstRenewals.Where(static r => r.Key.StartsWith(Population.TogetherPrefix, StringComparison.Ordinal))
            .Select(static r => r.Value).ToArray();
        var sameAge = MostWithin(WindowFor(lifetime), first.Select(static r => r.Age));
        return new Herd(first.Length, MostWithin(Series.Step, first.Select(static r => r.At)), (double)sameAge / Math.Max(first.Length, 1));
    }

    private static int MostWithin(TimeSpan window, IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        var most = 0;
        for (int from = 0, to = 0; from < sorted.Length; from++)
        {
            while (to < sorted.Length && sorted[to] - sorted[from] < window) to++;
            most = Math.Max(most, to - from);
        }
        return most;
    }
}
