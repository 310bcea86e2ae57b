using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// The keys with one hash tag. A cluster keeps them on one master, which decides with one clock: what it has removed, and what may have
/// been removed, never lie on two masters.
/// </summary>
internal sealed class RedisSlot
{
    /// <summary>How many there are, so that the masters of a cluster share the work.</summary>
    internal const int Count = 64;

    private readonly string _name;

    internal RedisSlot(string prefix, int number)
    {
        _name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{{{number:x2}}}:");
        // Otherwise Redis would remove the buckets of all slots at the same moment.
        Delay = RedisBuckets.StepSeconds * 1000 * number / Count;
        Replays = new RedisBuckets(_name + "replay:", Delay);
        Revoked = new RedisBuckets(_name + "revoked:", Delay);
        SetEnds = _name + "managed:ends";
        Try = _name + "try";
    }

    internal RedisBuckets Replays { get; }

    internal RedisBuckets Revoked { get; }

    /// <summary>The sorted set of the agents that have managed tokens, by the end of the last one.</summary>
    internal RedisKey SetEnds { get; }

    /// <summary>A key on which commands are tried out.</summary>
    internal RedisKey Try { get; }

    /// <summary>How much later entries are removed than in the first slot, in milliseconds.</summary>
    internal int Delay { get; }

    internal RedisKey SetOf(byte[] agent) => _name + "managed:" + Convert.ToHexStringLower(agent);

    // Hashed, because Redis shows keys and values in its slow log and in MONITOR.
    internal static byte[] Hash(byte[] id) => SHA256.HashData(id)[..16];

    internal static byte[] Hash(string id) => Hash(Encoding.UTF8.GetBytes(id));

    internal static int NumberOf(byte[] hash) => hash[0] % Count;
}
