using System.Collections.Concurrent;

namespace Agentdom.Issuer;

/// <summary>
/// A set of 16-byte keys with an expiry each. Keys that expire within the same 15 seconds share a bucket. A bucket is dropped
/// once all its keys have expired, so keys are never scanned.
/// </summary>
internal sealed class ExpiringSet(int capacity, TimeProvider time)
{
    private const int BucketSeconds = 15;

    private readonly ConcurrentDictionary<long, HashSet<Key>> _buckets = new();
    private readonly PruneClock _clock = new(time);
    private long _sweptUpTo = long.MinValue;
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    /// <returns>False if the set already has the key.</returns>
    /// <exception cref="IssuerStateException">The set is full.</exception>
    internal bool Add(byte[] key, DateTimeOffset until)
    {
        Sweep();
        var bucket = _buckets.GetOrAdd(BucketOf(until), static _ => []);
        lock (bucket)
        {
            var small = new Key(key);
            if (bucket.Contains(small)) return false;
            if (Interlocked.Increment(ref _count) > capacity)
            {
                Interlocked.Decrement(ref _count);
                throw new IssuerStateException($"The issuer's in-memory state is full: it has {capacity} entries.");
            }
            return bucket.Add(small);
        }
    }

    internal bool Contains(byte[] key, DateTimeOffset until)
    {
        if (!_buckets.TryGetValue(BucketOf(until), out var bucket)) return false;
        lock (bucket) return bucket.Contains(new Key(key));
    }

    private void Sweep()
    {
        var expired = _clock.ExpiredBefore();
        if (Interlocked.Exchange(ref _sweptUpTo, expired) == expired) return;
        foreach (var index in _buckets.Keys)
        {
            if (EndOf(index) <= expired && _buckets.TryRemove(index, out var dropped))
            {
                lock (dropped) Interlocked.Add(ref _count, -dropped.Count);
            }
        }
    }

    private static long EndOf(long bucket) => (bucket + 1) * BucketSeconds * 1000;

    private static long BucketOf(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / BucketSeconds;

    // 128 bits of a MAC or a hash: a collision takes about 2^64 keys.
    private readonly struct Key(byte[] bytes) : IEquatable<Key>
    {
        private readonly long _low = BitConverter.ToInt64(bytes, 0);
        private readonly long _high = BitConverter.ToInt64(bytes, 8);

        public bool Equals(Key other) => _low == other._low && _high == other._high;

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => _low.GetHashCode();
    }
}
