namespace Agentdom.Tests.Support;

/// <summary>A clock that can be set and, apart from it, the time that passes. Only the test moves them.</summary>
internal sealed class TwoClocks : TimeProvider
{
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private TimeSpan _passed;
    private TimeSpan _set;

    public override DateTimeOffset GetUtcNow() => _start + _passed + _set;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed.Ticks;

    /// <summary>Lets time pass.</summary>
    internal void Pass(double seconds) => _passed += TimeSpan.FromSeconds(seconds);

    /// <summary>Sets the clock ahead or back, without any time passing.</summary>
    internal void Set(double seconds) => _set += TimeSpan.FromSeconds(seconds);
}
