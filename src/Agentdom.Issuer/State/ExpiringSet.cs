using System.Collections.Concurrent;

namespace Agentdom.Issuer;

/// <summary>
/// A set of 16-byte keys with an expiry each. Keys that expire within the same 15 seconds share a bucket. A bucket is dropped
/// once all its keys have expired, so keys are never scanned.
/// </summary>
internal sealed class ExpiringSet(int capacity, TimeProvider time)
{
    private const int BucketSeconds = 15;

    private readonly ConcurrentDictionary<long, Bucket> _buckets = new();
    private readonly PruneClock _clock = new(time);
    private long _sweptUpTo = long.MinValue;
    private long _forgottenUntil = long.MinValue;
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    /// <summary>
    /// The latest expiry of all keys that were dropped, in milliseconds since 1970 (UTC). A key that expires later was never
    /// dropped. Others may have been, which matters only if the clock was set back since.
    /// </summary>
    internal long ForgottenUntil => Volatile.Read(ref _forgottenUntil);

    /// <param name="bytes">The array that contains the key.</param>
    /// <param name="until">Its expiry (UTC).</param>
    /// <param name="start">Where in the array it begins.</param>
    /// <returns>False if the set already has the key.</returns>
    /// <exception cref="IssuerStateException">The set is full.</exception>
    internal bool Add(byte[] bytes, DateTimeOffset until, int start = 0)
    {
        Sweep();
        var small = new Key(bytes, start);
        while (true)
        {
            var bucket = _buckets.GetOrAdd(BucketOf(until), static _ => new Bucket());
            lock (bucket)
            {
                // A dropped bucket is no longer in the dictionary, so the next round finds another one.
                if (bucket.IsDropped) continue;
                if (bucket.Keys.Contains(small)) return false;
                if (Interlocked.Increment(ref _count) > capacity)
                {
                    Interlocked.Decrement(ref _count);
                    throw new IssuerStateException($"The issuer's in-memory state is full: it has {capacity} entries.");
                }
                bucket.LatestExpiry = Math.Max(bucket.LatestExpiry, until.ToUnixTimeMilliseconds());
                return bucket.Keys.Add(small);
            }
        }
    }

    internal bool Contains(byte[] key, DateTimeOffset until)
    {
        if (!_buckets.TryGetValue(BucketOf(until), out var bucket)) return false;
        lock (bucket) return bucket.Keys.Contains(new Key(key, 0));
    }

    /// <summary>Notes that keys with this expiry may have been dropped.</summary>
    internal void Forget(long until)
    {
        for (var current = ForgottenUntil; until > current; current = ForgottenUntil)
        {
            if (Interlocked.CompareExchange(ref _forgottenUntil, until, current) == current) return;
        }
    }

    private void Sweep()
    {
        var expired = _clock.ExpiredBefore();
        if (Interlocked.Exchange(ref _sweptUpTo, expired) == expired) return;
        foreach (var entry in _buckets)
        {
            var bucket = entry.Value;
            if (EndOf(entry.Key) > expired) continue;
            lock (bucket)
            {
                if (bucket.IsDropped) continue;
                // Before the removal, so that nobody misses a key without seeing that it may have been forgotten.
                Forget(bucket.LatestExpiry);
                bucket.IsDropped = true;
                _buckets.TryRemove(entry.Key, out _);
                Interlocked.Add(ref _count, -bucket.Keys.Count);
            }
        }
    }

    private static long EndOf(long bucket) => (bucket + 1) * BucketSeconds * 1000;

    private static long BucketOf(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / BucketSeconds;

    private sealed class Bucket
    {
        internal HashSet<Key> Keys { get; } = [];

        internal long LatestExpiry { get; set; } = long.MinValue;

        internal bool IsDropped { get; set; }
    }

    // 128 bits of a MAC or a hash: a collision takes about 2^64 keys.
    private readonly struct Key(byte[] bytes, int start) : IEquatable<Key>
    {
        private readonly long _low = BitConverter.ToInt64(bytes, start);
        private readonly long _high = BitConverter.ToInt64(bytes, start + 8);

        public bool Equals(Key other) => _low == other._low && _high == other._high;

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => _low.GetHashCode();
    }
}
