namespace Agentdom.AspNetCore.State;

/// <summary>
/// Says which rows have ended for good. The clock is looked at every 15 seconds, and a row has ended once two looks in a row
/// found it so, with the same 15 seconds of grace that the state in memory has: a clock that leaps ahead and is put right
/// by the next look makes nothing be forgotten.
/// </summary>
internal sealed class PruneClock(TimeProvider time)
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(15);

    private DateTimeOffset _looked = time.GetUtcNow();
    private long _endedBefore = long.MinValue;

    /// <summary>Milliseconds since 1970 (UTC).</summary>
    internal long EndedBefore()
    {
        var now = time.GetUtcNow();
        if ((now - _looked).Duration() < s_step) return _endedBefore;
        _endedBefore = ((now < _looked ? now : _looked) - s_step).ToUnixTimeMilliseconds();
        _looked = now;
        return _endedBefore;
    }
}
