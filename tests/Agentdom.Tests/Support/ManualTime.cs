namespace Agentdom.Tests.Support;

/// <summary>A clock that only the test moves. Timers use the real time.</summary>
internal sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now;

    internal ManualTime() : this(TimeSpan.Zero)
    {
    }

    /// <summary>Starts at the real time, rounded to a second, plus an offset.</summary>
    internal ManualTime(TimeSpan ahead) =>
        _now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()) + ahead;

    internal long Milliseconds => _now.ToUnixTimeMilliseconds();

    internal long Seconds => _now.ToUnixTimeSeconds();

    public override DateTimeOffset GetUtcNow() => _now;

    internal void Advance(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
