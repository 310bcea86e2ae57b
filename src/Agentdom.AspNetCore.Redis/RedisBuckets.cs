using System.Globalization;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// The entries of one kind in a <see cref="RedisSlot"/>. Those that expire in the same 15 seconds are one key, a bucket, which Redis
/// removes as a whole. A second key has the buckets that were begun, and a third one the latest that was removed from there. Both stay,
/// so a bucket that was begun and is missing is known to be lost, whatever the clock said meanwhile. Redis must not evict these two keys,
/// as it can if its maxmemory-policy is one of allkeys-*.
/// </summary>
internal sealed class RedisBuckets(string name, int delay)
{
    internal const int StepSeconds = 15;

    /// <summary>How long an entry is kept after it has expired, because the clocks of nodes differ.</summary>
    private const int GraceSeconds = 60;

    private readonly RedisKey _begun = name + "begun";

    /// <summary>The end of the latest bucket that was removed.</summary>
    internal RedisKey Removed { get; } = name + "removed";

    internal RedisKey Of(long end) => name + end.ToString(CultureInfo.InvariantCulture);

    /// <summary>The keys of a script: the bucket, the begun buckets and the removed ones.</summary>
    internal RedisKey[] Keys(long end) => [Of(end), _begun, Removed];

    /// <summary>The values of a script: the entry, the end of its bucket and its deadline.</summary>
    internal RedisValue[] Values(byte[] entry, long end) => [entry, end, Deadline(end, delay)];

    /// <summary>The end of the bucket of an entry, in seconds since 1970.</summary>
    internal static long End(DateTimeOffset until)
    {
        var steps = Math.DivRem(until.ToUnixTimeMilliseconds(), StepSeconds * 1000, out var rest);
        return (rest > 0 ? steps + 1 : steps) * StepSeconds;
    }

    /// <summary>When Redis removes it, in milliseconds since 1970.</summary>
    internal static long Deadline(long end, int delay) => ((end + GraceSeconds) * 1000) + delay;
}
