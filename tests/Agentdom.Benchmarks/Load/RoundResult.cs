namespace Agentdom.Benchmarks.Load;

/// <summary>What one round over one issuer gave.</summary>
/// <param name="Seconds">From the first request to the last answer.</param>
/// <param name="Latencies">Of each answered request, in microseconds, in ascending order.</param>
/// <param name="Errors">How many answers there were of each status other than 200; 0 stands for a broken connection.</param>
/// <param name="RanOut">Whether the requests were used up before the time.</param>
/// <param name="ServerMicroseconds">The issuer's processor time for a request.</param>
internal sealed record RoundResult(
    double Seconds, int[] Latencies, IReadOnlyDictionary<int, int> Errors, bool RanOut, double ServerMicroseconds)
{
    internal double PerSecond => (Latencies.Length - Errors.Values.Sum()) / Seconds;

    /// <summary>The latency that this share of the requests did not exceed, in milliseconds.</summary>
    internal double Quantile(double share) =>
        Latencies.Length == 0 ? 0 : Latencies[(int)Math.Ceiling(share * Latencies.Length) - 1] / 1000.0;
}
