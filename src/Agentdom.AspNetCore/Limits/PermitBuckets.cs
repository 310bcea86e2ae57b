using System.Collections.Concurrent;

namespace Agentdom.AspNetCore;

/// <summary>
/// Token buckets: each sender has permits for one minute's requests, which are refilled evenly. What a bucket lacks is stored as the
/// moment at which it will be full again. So a bucket is one number, nothing runs between requests, and a full bucket needs no entry.
/// Thread-safe.
/// </summary>
internal sealed class PermitBuckets<TSender>(TimeProvider time) where TSender : notnull
{
    private const int SecondsBetweenSweeps = 10;

    private readonly long _minute = 60 * time.TimestampFrequency;
    // The limit is part of the key, so that a changed one applies at once.
    private readonly ConcurrentDictionary<(TSender Sender, int PerMinute), long> _fullAt = new();
    private long _swept = time.GetTimestamp();

    /// <summary>How many buckets are stored.</summary>
    internal int Count => _fullAt.Count;

    /// <summary>Whether there is a permit.</summary>
    /// <returns>Null if there is, else how long the sender should wait for one.</returns>
    internal TimeSpan? Check(TSender sender, int perMinute)
    {
        var now = time.GetTimestamp();
        return Wait(Next(_fullAt.TryGetValue((sender, perMinute), out var fullAt) ? fullAt : now, now, perMinute), now);
    }

    /// <summary>Takes a permit.</summary>
    /// <returns>Null if there was one, else how long the sender should wait for one.</returns>
    internal TimeSpan? Take(TSender sender, int perMinute)
    {
        var key = (sender, perMinute);
        var now = time.GetTimestamp();
        Sweep(now);
        while (true)
        {
            var isKnown = _fullAt.TryGetValue(key, out var fullAt);
            var next = Next(isKnown ? fullAt : now, now, perMinute);
            if (Wait(next, now) is { } wait) return wait;
            // Otherwise another request was faster.
            if (isKnown ? _fullAt.TryUpdate(key, next, fullAt) : _fullAt.TryAdd(key, next)) return null;
        }
    }

    private long Next(long fullAt, long now, int perMinute) => Math.Max(fullAt, now) + Math.Max(1, _minute / perMinute);

    private TimeSpan? Wait(long next, long now) => next - now > _minute ? time.GetElapsedTime(now + _minute, next) : null;

    private void Sweep(long now)
    {
        var swept = Volatile.Read(ref _swept);
        if (now - swept < SecondsBetweenSweeps * time.TimestampFrequency
            || Interlocked.CompareExchange(ref _swept, now, swept) != swept) return;
        foreach (var bucket in _fullAt)
        {
            // Only if no request took from it meanwhile.
            if (bucket.Value <= now) _fullAt.TryRemove(bucket);
        }
    }
}
