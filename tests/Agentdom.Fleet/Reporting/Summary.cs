using Agentdom.Fleet.Measures;

namespace Agentdom.Fleet.Reporting;

/// <summary>The figures of a run as text, one a line.</summary>
internal static class Summary
{
    private static readonly Counter[] s_agentRequests = [Counter.TokenRequests, Counter.Manifests, Counter.Calls, Counter.Others];

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
        var herd = result.Herd;
        yield return $"services that started in the same minute: {herd.Services:N0} renewed, at most {herd.Most:N0} in "
            + $"{Series.Step.TotalSeconds:0} s, {herd.SameAge:P0} at the same age of their tokens (limit {Herd.Limit:P0})";
        yield return $"longest time without a good token: {Longest(result.TokenGaps)} (limit {Seconds(result.Limit)}: the state was down "
            + $"for {Seconds(result.LongestOutage)})";
        yield return $"longest time without an answer of the API: {Longest(result.AnswerGaps)}";
        yield return $"replays accepted: {Accepted(ProbeKind.Replay)}, "
            + (result.AreReplaysRecognized ? "recognized by every node, also after restarts" : "NOT RECOGNIZED BY EVERY NODE");
        yield return $"revoked tokens accepted: {Accepted(ProbeKind.RevokedToken)}";
        yield return $"tokens of disabled agents accepted: {Accepted(ProbeKind.TokenOfDisabledAgent)}";
        yield return $"requests of disabled agents granted: {Accepted(ProbeKind.RequestOfDisabledAgent)}";
        foreach (var (text, count) in measures.Probes.Unexpected) yield return $"  UNEXPECTED: {text}: {count:N0}";
        yield return Size(measures);
        var (ofAgents, ofProbes) = (s_agentRequests.Sum(series.Total), series.Total(Counter.Probes));
        yield return $"processor time per request: nodes {Each(result.Used.Nodes, ofAgents + ofProbes)}, "
            + $"nginx {Each(result.Used.Proxy, ofAgents)}, state {Each(result.Used.State, ofAgents + ofProbes)}";
        yield return $"timers were late by {Seconds(result.Lateness.At(0.5))} (median), {Seconds(result.Lateness.At(0.99))} (p99), "
            + $"{Seconds(result.Lateness.At(1))} (most) of simulated time";
        if (result.Failure is { } failure) yield return $"ended early: {failure.Message}";
        yield return result.IsGood ? "GOOD" : "NOT GOOD";

        string Accepted(ProbeKind kind) => $"{measures.Probes[kind].Accepted:N0} of {measures.Probes[kind].Tried:N0}";
    }

    private static string Spread(FleetResult result)
    {
        var first = (int)(result.Options.TokenLifetime / Series.Step);
        var counts = result.Measures.Series.Of(Counter.Renewed).Skip(first).Order().ToArray();
        return counts.Length == 0
            ? "none"
            : $"median {counts[counts.Length / 2]}, p99 {counts[counts.Length * 99 / 100]}, most {counts[^1]}";
    }

    private static string Each(TimeSpan time, long requests) => $"{time.TotalMicroseconds / Math.Max(requests, 1):0} µs";

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
