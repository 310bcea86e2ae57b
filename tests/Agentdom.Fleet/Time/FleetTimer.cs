namespace Agentdom.Fleet.Time;

/// <summary>A timer in simulated time. It is set anew for each tick, because the speed may change in between.</summary>
internal sealed class FleetTimer : ITimer
{
    private readonly ClockPlan _plan;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private TimeSpan _period;
    private DateTimeOffset _due;
    private bool _isDisposed;

    internal FleetTimer(ClockPlan plan, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        (_plan, _callback, _state) = (plan, callback, state);
        _timer = new Timer(static timer => ((FleetTimer)timer!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Change(dueTime, period);
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (_isDisposed) return false;
            _period = period;
            if (dueTime == Timeout.InfiniteTimeSpan) return _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _due = _plan.Now + dueTime;
            return _timer.Change(_plan.RealUntil(_due), Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate) _isDisposed = true;
        _timer.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate) _isDisposed = true;
        await _timer.DisposeAsync();
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            if (_period > TimeSpan.Zero)
            {
                // Ticks that the machine was too slow for are left out.
                var now = _plan.Now;
                while (_due <= now) _due += _period;
                _timer.Change(_plan.RealUntil(_due), Timeout.InfiniteTimeSpan);
            }
        }
        _callback(_state);
    }
}
