namespace Agentdom.Fleet.Time;

/// <summary>
/// The clock of a node or an agent: simulated time plus how far this clock is off, which can change. Timers run in simulated time.
/// </summary>
internal sealed class FleetTime(ClockPlan plan, TimeSpan offset = default) : TimeProvider
{
    private long _offset = offset.Ticks;

    internal TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _offset));
        set => Interlocked.Exchange(ref _offset, value.Ticks);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => plan.Now + Offset;

    // Without the offset: setting a clock does not change how much time has passed.
    public override long GetTimestamp() => plan.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FleetTimer(plan, callback, state, dueTime, period);
}
