using Agentdom.Fleet.Agents;
using Agentdom.Fleet.Measures;

namespace Agentdom.Fleet.Reporting;

/// <summary>The figures of a run as text, one a line.</summary>
internal static class Summary
{
    internal static IEnumerable<string> Lines(FleetResult result)
    {
        var (measures, series, options) = (result.Measures, result.Measures.Series, result.Options);
        yield return $"{result.State}: {options.Agents:N0} agents, {options.Nodes} nodes, {options.Length.TotalMinutes:0} minutes, "
            + $"{options.Speed:0.#} times as fast as real time";
        yield return $"token requests: {series.Total(Counter.TokenRequests):N0}, granted {series.Total(Counter.Granted):N0}, "
            + $"of which renewals {series.Total(Counter.Renewed):N0}";
        yield return $"API calls: {series.Total(Counter.Calls):N0}";
        yield return $"failed calls that an agent saw: {series.Total(Counter.FailedCalls):N0}, of which without a good token "
            + $"{series.Total(Counter.WithoutToken):N0}";
        foreach (var (reason, count) in measures.Failures.OrderByDescending(static failure => failure.Value))
            yield return $"  {reason}: {count:N0}";
        yield return $"renewals per {Series.Step.TotalSeconds:0} s after the first lifetime: {Spread(result)}";
        yield return $"agents that started in the same minute renewed {Together(measures)}";
        yield return $"longest time without a good token: {Longest(result.TokenGaps)} (limit {Seconds(result.Limit)}: the state was down "
            + $"for {Seconds(result.LongestOutage)})";
        yield return $"longest time without an answer of the API: {Longest(result.AnswerGaps)}";
        var (dead, replays) = (measures.DeadTokens, measures.Replays);
        yield return $"tokens accepted after their revocation: {dead.Accepted:N0} of {dead.Asked:N0} tries";
        yield return $"replays accepted: {replays.Accepted:N0} of {replays.Sent:N0}";
        yield return Size(measures);
        var requests = Enum.GetValues<Counter>()
            .Where(static c => c is Counter.TokenRequests or Counter.Manifests or Counter.Calls or Counter.Others).Sum(series.Total);
        yield return $"processor time per request: nodes {Each(result.NodeTime)}, nginx {Each(result.ProxyTime)}, "
            + $"state {Each(result.StateTime)}";
        yield return $"timers were late by {Seconds(result.Lateness.At(0.5))} (median), {Seconds(result.Lateness.At(0.99))} (p99), "
            + $"{Seconds(result.Lateness.At(1))} (most) of simulated time";
        yield return result.IsGood ? "GOOD" : "NOT GOOD";

        string Each(TimeSpan time) => $"{time.TotalMicroseconds / Math.Max(requests, 1):0} µs";
    }

    private static string Spread(FleetResult result)
    {
        var first = (int)(result.Options.TokenLifetime / Series.Step);
        var counts = result.Measures.Series.Of(Counter.Renewed).Skip(first).Order().ToArray();
        return counts.Length == 0
            ? "none"
            : $"median {counts[counts.Length / 2]}, p99 {counts[counts.Length * 99 / 100]}, most {counts[^1]}";
    }

    private static string Together(Measurements measures)
    {
        var times = measures.SecondTokens.Where(static t => t.Key.StartsWith(Population.TogetherPrefix, StringComparison.Ordinal))
            .Select(static t => t.Value).Order().ToArray();
        return times.Length == 0
            ? "never"
            : $"within {(times[times.Length * 9 / 10] - times[times.Length / 10]).TotalMinutes:0.0} minutes (the middle 80 %)";
    }

    private static string Longest(IReadOnlyList<Gap> gaps) => gaps.Count == 0
        ? "0 s"
        : $"{Seconds(gaps[0].Length)} ({gaps[0].Agent} from {gaps[0].From:hh\\:mm\\:ss}), {gaps.Count:N0} gaps";

    private static string Size(Measurements measures)
    {
        var sizes = measures.Sizes.ToArray();
        if (sizes.Length < 2) return "state size: unknown";
        var (least, most) = (sizes.MinBy(static s => s.Size.Bytes).Size, sizes.MaxBy(static s => s.Size.Entries).Size);
        var each = most.Entries > least.Entries ? (most.Bytes - least.Bytes) / (most.Entries - least.Entries) : 0;
        return $"state size: up to {most.Entries:N0} entries and {most.Bytes / 1e6:0.0} MB, {each:N0} bytes an entry";
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.0} s";
}
