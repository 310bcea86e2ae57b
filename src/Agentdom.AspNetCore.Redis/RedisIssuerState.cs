using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// State in a Redis, by which several nodes act as one: what one of them remembers the others know at once. Every key
/// ends by itself, a minute after what it stands for, since the nodes' clocks differ.
/// </summary>
/// <remarks>
/// It is as durable as that Redis. Without an append-only file it forgets on restart; with one that is written once a second
/// (<c>appendfsync everysec</c>) it may lose the last second; a failover to a replica may lose what was not yet copied. A
/// Redis that evicts keys to make room forgets early: set <c>maxmemory-policy noeviction</c>, and see the warning in the log
/// where it is not. Redis 2.6.12 and later.
/// </remarks>
public sealed class RedisIssuerState : IIssuerState, IDisposable, IAsyncDisposable
{
    /// <summary>What keys start with unless told otherwise.</summary>
    public const string DefaultKeyPrefix = "agentdom:";

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(60);

    private readonly IConnectionMultiplexer _redis;
    private readonly IDatabase _database;
    private readonly TimeProvider _time;
    private readonly EvictionWarning _eviction;
    private readonly bool _disposeConnection;
    private readonly string _replay;
    private readonly string _revoked;

    /// <summary>Makes the state. Whether Redis answers right now does not matter.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="keyPrefix">What keys start with: another for each issuer that shares the Redis.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told where this Redis may forget early.</param>
    /// <param name="disposeConnection">Whether the connection ends with the state.</param>
    public RedisIssuerState(
        IConnectionMultiplexer redis, string keyPrefix = DefaultKeyPrefix, TimeProvider? time = null,
        ILogger<RedisIssuerState>? logger = null, bool disposeConnection = false)
    {
        ArgumentNullException.ThrowIfNull(redis);
        _redis = redis;
        _database = redis.GetDatabase();
        _time = time ?? TimeProvider.System;
        _disposeConnection = disposeConnection;
        (_replay, _revoked) = (keyPrefix + "replay:", keyPrefix + "revoked:");
        _eviction = new EvictionWarning(redis, logger);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        await AskAsync(
            () => _database.StringSetAsync(
                Key(_replay, signature), RedisValue.EmptyString, Life(until), When.NotExists, CommandFlags.DemandMaster),
            cancel);

    /// <inheritdoc/>
    public async ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await AskAsync(
            () => _database.StringSetAsync(
                Key(_revoked, tokenId), RedisValue.EmptyString, Life(until), When.Always, CommandFlags.DemandMaster),
            cancel);

    /// <inheritdoc/>
    public async ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        // Never of a replica, which may not know yet.
        await AskAsync(() => _database.KeyExistsAsync(Key(_revoked, tokenId), CommandFlags.DemandMaster), cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _eviction.Dispose();
        if (_disposeConnection) await _redis.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _eviction.Dispose();
        if (_disposeConnection) _redis.Dispose();
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            // A connection of the app's own may be one that waits for longer.
            return await ask().WaitAsync(RedisConnection.Timeout, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            throw new IssuerStateException("The issuer's Redis does not answer, or takes no writes right now.", e);
        }
    }

    // Hashed, since a key shows up in the slow log, in MONITOR and in the messages of this client.
    private static RedisKey Key(string prefix, byte[] id) => prefix + Convert.ToHexStringLower(SHA256.HashData(id).AsSpan(0, 16));

    private static RedisKey Key(string prefix, string id) => Key(prefix, Encoding.UTF8.GetBytes(id));

    private TimeSpan Life(DateTimeOffset until)
    {
        var left = until - _time.GetUtcNow();
        return s_grace + (left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }
}
