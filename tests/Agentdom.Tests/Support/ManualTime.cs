namespace Agentdom.Tests.Support;

/// <summary>A clock that stands until the test moves it. Timers run on real time.</summary>
internal sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now;

    internal ManualTime() : this(TimeSpan.Zero)
    {
    }

    /// <summary>Stands at the real time, rounded to a second, plus what it is ahead.</summary>
    internal ManualTime(TimeSpan ahead) =>
        _now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()) + ahead;

    internal long Milliseconds => _now.ToUnixTimeMilliseconds();

    internal long Seconds => _now.ToUnixTimeSeconds();

    public override DateTimeOffset GetUtcNow() => _now;

    internal void Advance(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
