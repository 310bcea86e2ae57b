using System.Collections.Concurrent;

namespace Agentdom.Tests.Support;

/// <summary>The real time, except that waits between attempts complete at once and are recorded.</summary>
internal sealed class HastyTime : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    /// <summary>Whether the timeout of an attempt elapses at once, too.</summary>
    internal bool EndsAttempts { get; init; }

    internal IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // The timer for an attempt's timeout is created without a due time, which is set later. A wait has it from the start.
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            var limit = base.CreateTimer(callback, state, dueTime, period);
            return EndsAttempts ? new OverAtOnce(limit) : limit;
        }
        _waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    private sealed class OverAtOnce(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) =>
            timer.Change(dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
