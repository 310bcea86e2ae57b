namespace Agentdom.Benchmarks.Load;

/// <summary>The result of one round with one issuer.</summary>
/// <param name="Seconds">The time from the first request to the last answer.</param>
/// <param name="Latencies">The latency of each answered request, in microseconds, in ascending order.</param>
/// <param name="Errors">The number of answers for each status other than 200. 0 means a broken connection.</param>
/// <param name="RanOut">Whether the signed requests ran out before the round was over.</param>
/// <param name="ServerMicroseconds">The issuer's processor time for a request.</param>
internal sealed record RoundResult(
    double Seconds, int[] Latencies, IReadOnlyDictionary<int, int> Errors, bool RanOut, double ServerMicroseconds)
{
    internal double PerSecond => (Latencies.Length - Errors.Values.Sum()) / Seconds;

    /// <summary>The latency quantile for this share of the requests, in milliseconds.</summary>
    internal double Quantile(double share) =>
        Latencies.Length == 0 ? 0 : Latencies[(int)Math.Ceiling(share * Latencies.Length) - 1] / 1000.0;
}
