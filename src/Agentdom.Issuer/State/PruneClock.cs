namespace Agentdom.Issuer;

/// <summary>
/// Decides which entries a state may drop. The clock is read every 15 seconds. An entry may be dropped once two readings in a
/// row were past its expiry, plus 15 seconds of grace for a request that was fresh and then had to wait. So nothing is dropped
/// too early if the clock jumps ahead and is corrected before the next reading. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="mostAhead">How far this clock may be ahead of those of other nodes, which still need what has expired by it.</param>
internal sealed class PruneClock(TimeProvider time, TimeSpan mostAhead = default)
{
    private const long StepMilliseconds = 15_000;

    private readonly long _grace = StepMilliseconds + (long)mostAhead.TotalMilliseconds;
    private long _lastReading = time.GetUtcNow().ToUnixTimeMilliseconds();
    private long _expiredBefore = long.MinValue;

    /// <summary>Entries that expired before this moment may be dropped (milliseconds since 1970, UTC).</summary>
    internal long ExpiredBefore()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var last = Volatile.Read(ref _lastReading);
        if (Math.Abs(now - last) >= StepMilliseconds && Interlocked.CompareExchange(ref _lastReading, now, last) == last)
            Volatile.Write(ref _expiredBefore, Math.Min(now, last) - _grace);
        return Volatile.Read(ref _expiredBefore);
    }
}
