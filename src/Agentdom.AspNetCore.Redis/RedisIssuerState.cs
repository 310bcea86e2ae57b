using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// State in Redis, shared by several nodes. Every key has an expiry of its own, one minute after the signature or token
/// expires, because the nodes' clocks differ.
/// </summary>
/// <remarks>
/// The state is as durable as Redis. Without an append-only file it is lost on restart. With <c>appendfsync everysec</c> the
/// last second may be lost, and a failover to a replica may lose writes that were not yet replicated. If Redis evicts keys to
/// free memory, entries may be lost early: set <c>maxmemory-policy noeviction</c>. A warning is logged if it is not set. Needs
/// Redis 2.6.12 or later.
/// </remarks>
public sealed class RedisIssuerState : IIssuerState, IDisposable, IAsyncDisposable
{
    /// <summary>The default key prefix.</summary>
    public const string DefaultKeyPrefix = "agentdom:";

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(60);

    private readonly IConnectionMultiplexer _redis;
    private readonly IDatabase _database;
    private readonly TimeProvider _time;
    private readonly EvictionWarning _eviction;
    private readonly bool _disposeConnection;
    private readonly string _replay;
    private readonly string _revoked;

    /// <summary>Creates the state, even if Redis is down.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="keyPrefix">The prefix of all keys. Issuers that share a Redis need different prefixes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets a warning if Redis may evict keys.</param>
    /// <param name="disposeConnection">Whether to dispose the connection with the state.</param>
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
        // Not from a replica, which may lag behind.
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
            // The app's own connection may have a longer timeout.
            return await ask().WaitAsync(RedisConnection.Timeout, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            throw new IssuerStateException("The issuer's Redis does not answer, or does not accept writes.", e);
        }
    }

    // Hashed, because keys appear in the slow log, in MONITOR and in the client's messages.
    private static RedisKey Key(string prefix, byte[] id) => prefix + Convert.ToHexStringLower(SHA256.HashData(id).AsSpan(0, 16));

    private static RedisKey Key(string prefix, string id) => Key(prefix, Encoding.UTF8.GetBytes(id));

    private TimeSpan Life(DateTimeOffset until)
    {
        var left = until - _time.GetUtcNow();
        return s_grace + (left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }
}
