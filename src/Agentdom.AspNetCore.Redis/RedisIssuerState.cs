using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// State in Redis, shared by several nodes. Every entry has an expiry of its own, one minute after the signature or token expires,
/// because the nodes' clocks differ.
/// </summary>
/// <remarks>
/// The state is as durable as Redis. Without an append-only file it is lost on restart. With <c>appendfsync everysec</c> the
/// last second may be lost, and a failover to a replica may lose writes that were not yet replicated. If Redis evicts keys to
/// free memory, entries may be lost early: set <c>maxmemory-policy noeviction</c>. A warning is logged if it is not set. If a
/// node's clock or Redis's was ahead and is set back, what may have been removed meanwhile counts as used or revoked. Needs Redis 5
/// or later.
/// </remarks>
public sealed class RedisIssuerState : IIssuerState, IManagedTokenStore, IDisposable, IAsyncDisposable
{
    /// <summary>The default key prefix.</summary>
    public const string DefaultKeyPrefix = "agentdom:";

    private readonly IConnectionMultiplexer _redis;
    private readonly IDatabase _database;
    private readonly TimeProvider _time;
    private readonly EvictionWarning _eviction;
    private readonly RedisHorizon _horizon;
    private readonly bool _disposeConnection;
    private readonly string _replay;
    private readonly string _revoked;
    private readonly string _managed;

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
        (_replay, _revoked, _managed) = (keyPrefix + "replay:", keyPrefix + "revoked:", keyPrefix + "managed:");
        _horizon = new RedisHorizon(_database, keyPrefix + "removed");
        _eviction = new EvictionWarning(redis, logger);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        await AskAsync(
            async () =>
            {
                var expiry = until.ToUnixTimeMilliseconds();
                if (await _horizon.WouldBeRemovedAsync(RedisKind.Signatures, expiry)) throw ClockIsOff(until);
                var (redisTime, isNew) = await StoreAsync(Key(_replay, signature), expiry);
                if (isNew && await _horizon.MayBeRemovedAsync(RedisKind.Signatures, expiry, redisTime)) throw ClockIsOff(until);
                return isNew;
            },
            cancel);

    /// <inheritdoc/>
    public async ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await AskAsync(
            async () =>
            {
                var expiry = until.ToUnixTimeMilliseconds();
                // What would be removed counts as revoked in any case.
                await _horizon.WouldBeRemovedAsync(RedisKind.Tokens, expiry);
                return await StoreAsync(Key(_revoked, tokenId), expiry);
            },
            cancel);

    /// <inheritdoc/>
    public async ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await AskAsync(
            async () =>
            {
                var (redisTime, isThere) = await RunAsync(RedisScripts.Find, Key(_revoked, tokenId));
                return isThere || await _horizon.MayBeRemovedAsync(RedisKind.Tokens, until.ToUnixTimeMilliseconds(), redisTime);
            },
            cancel);

    async ValueTask<ManagedTokenSet?> IManagedTokenStore.FindAsync(string agentId, CancellationToken cancel)
    {
        var text = await AskAsync(
            async () => (string?)await _database.StringGetAsync(Key(_managed, agentId), CommandFlags.DemandMaster), cancel);
        return text is null ? null : RedisTokenSet.Read(text);
    }

    async ValueTask<bool> IManagedTokenStore.TryReplaceAsync(
        string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel) =>
        await AskAsync(
            async () =>
            {
                var expiry = replacement?.Until.ToUnixTimeMilliseconds() ?? 0;
                // If Redis removes the set because its clock is ahead, the tokens count as revoked.
                if (replacement is not null) await _horizon.WouldBeRemovedAsync(RedisKind.Tokens, expiry);
                var (_, isReplaced) = await RunAsync(
                    RedisScripts.Replace, Key(_managed, agentId), expiry, _time.GetUtcNow().ToUnixTimeMilliseconds(),
                    RedisTokenSet.Version(version), replacement is null ? "" : RedisTokenSet.Write(replacement));
                return isReplaced;
            },
            cancel);

    /// <summary>Runs every command that the state needs, so that wrong credentials and missing rights show.</summary>
    /// <exception cref="IssuerStateException">Redis cannot be reached, or refuses something.</exception>
    internal async Task TryOutAsync(CancellationToken cancel)
    {
        await AskAsync(RequireUserAsync, cancel);
        var none = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        await TryRememberAsync(RandomNumberGenerator.GetBytes(32), _time.GetUtcNow() + TokenIssuerOptions.TimestampWindow, cancel);
        await RevokeAsync(none, _time.GetUtcNow(), cancel);
        await IsRevokedAsync(none, _time.GetUtcNow(), cancel);
        IManagedTokenStore managed = this;
        var set = new ManagedTokenSet(Guid.NewGuid(), "", _time.GetUtcNow());
        await managed.TryReplaceAsync(none, null, set, cancel);
        await managed.FindAsync(none, cancel);
        await managed.TryReplaceAsync(none, set.Version, null, cancel);
    }

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
        catch (Exception e) when (!cancel.IsCancellationRequested && e is not IssuerStateException)
        {
            throw RedisFailure.Of(e);
        }
    }

    // If the server's default user needs no password, the client goes on as that one, with rights of its own.
    private async Task<bool> RequireUserAsync()
    {
        if (ConfigurationOptions.Parse(_redis.Configuration).User is not { Length: > 0 } user) return true;
        try
        {
            if ((string?)await _database.ExecuteAsync("ACL", "WHOAMI") == user) return true;
        }
        catch (RedisServerException)
        {
            // The user may not ask, or Redis has no users yet. The next commands show what it may do.
            return true;
        }
        throw RedisFailure.WrongUser();
    }

    private Task<(long RedisTime, bool IsNew)> StoreAsync(RedisKey key, long expiry) =>
        RunAsync(RedisScripts.Store, key, expiry, _time.GetUtcNow().ToUnixTimeMilliseconds());

    // Not on a replica, which may lag behind.
    private async Task<(long RedisTime, bool Answer)> RunAsync(string script, RedisKey key, params RedisValue[] values) =>
        (long[])(await _database.ScriptEvaluateAsync(script, [key], values, CommandFlags.DemandMaster))! is [var time, var answer]
            ? (time, answer == 1)
            : throw new InvalidOperationException("A script has another answer.");

    private IssuerStateException ClockIsOff(DateTimeOffset until) => new(string.Format(
        CultureInfo.InvariantCulture,
        "The clock of the issuer's Redis is or was ahead of this node's clock, which says {0:u}. Redis removes used requests by its own "
        + "clock, so a request that expires at {1:u} could be a replay and is refused. Set both clocks right.",
        _time.GetUtcNow(), until));

    // Hashed, because keys appear in the slow log, in MONITOR and in the client's messages.
    private static RedisKey Key(string prefix, byte[] id) => prefix + Convert.ToHexStringLower(SHA256.HashData(id).AsSpan(0, 16));

    private static RedisKey Key(string prefix, string id) => Key(prefix, Encoding.UTF8.GetBytes(id));
}
