using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// State in Redis, shared by several nodes. Every entry has an expiry, at least one minute after the signature or token expires, because
/// the nodes' clocks differ.
/// </summary>
/// <remarks>
/// The state is as durable as Redis. Without an append-only file it is lost on restart. With <c>appendfsync everysec</c> the
/// last second may be lost, and a failover to a replica may lose writes that were not yet replicated. If Redis evicts keys to
/// free memory, entries may be lost early: set <c>maxmemory-policy noeviction</c>. A warning is logged if it is not set. If a
/// node's clock or Redis's was ahead and is set back, what Redis has removed meanwhile counts as used or revoked, in a cluster too.
/// Needs Redis 5 or later.
/// </remarks>
public sealed class RedisIssuerState : IIssuerState, IManagedTokenStore, IDisposable, IAsyncDisposable
{
    /// <summary>The default key prefix.</summary>
    public const string DefaultKeyPrefix = "agentdom:";

    private readonly RedisLink _link;
    private readonly RedisSlot[] _slots;
    private readonly RedisBatches _batches;
    private readonly RedisManagedTokens _managed;
    private readonly TimeProvider _time;

    /// <summary>Creates the state, even if Redis is down.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="keyPrefix">The prefix of all keys. Issuers that share a Redis need different prefixes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets a warning if Redis may evict keys.</param>
    /// <param name="disposeConnection">Whether to dispose the connection with the state.</param>
    public RedisIssuerState(
        IConnectionMultiplexer redis, string keyPrefix = DefaultKeyPrefix, TimeProvider? time = null,
        ILogger<RedisIssuerState>? logger = null, bool disposeConnection = false)
        : this(new RedisLink(redis ?? throw new ArgumentNullException(nameof(redis)), logger, disposeConnection), keyPrefix, time)
    {
    }

    internal RedisIssuerState(RedisLink link, string keyPrefix, TimeProvider? time)
    {
        _link = link;
        _slots = [.. Enumerable.Range(0, RedisSlot.Count).Select(number => new RedisSlot(keyPrefix, number))];
        _batches = new RedisBatches(link);
        _managed = new RedisManagedTokens(link, _slots);
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel)
    {
        var (hash, end) = (RedisSlot.Hash(signature), RedisBuckets.End(until));
        var buckets = _slots[RedisSlot.NumberOf(hash)].Replays;
        var answer = await _batches.RememberAsync(RedisSlot.NumberOf(hash), buckets.Of(end), hash, cancel);
        if (answer == RedisScripts.Missing)
            answer = (int)await _link.RunAsync(RedisScripts.Begin, buckets.Keys(end), buckets.Values(hash, end), cancel);
        return answer == RedisScripts.Missing ? throw ClockIsOff(until) : answer == 1;
    }

    /// <inheritdoc/>
    public async ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await OfTokenAsync(RedisScripts.Add, tokenId, until, cancel);

    /// <inheritdoc/>
    public async ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await OfTokenAsync(RedisScripts.Find, tokenId, until, cancel);

    ValueTask<ManagedTokenSet?> IManagedTokenStore.FindAsync(string agentId, CancellationToken cancel) =>
        _managed.FindAsync(agentId, cancel);

    ValueTask<bool> IManagedTokenStore.TryReplaceAsync(
        string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel) =>
        _managed.TryReplaceAsync(agentId, version, replacement, cancel);

    /// <summary>Runs every command that the state needs, so that wrong credentials and missing rights show.</summary>
    /// <exception cref="IssuerStateException">Redis cannot be reached, or refuses something.</exception>
    internal async Task TryOutAsync(CancellationToken cancel)
    {
        await _link.RequireUserAsync(cancel);
        // Each master of a cluster has its own users.
        var tries = (_link.HasAllSlotsInOnePlace ? _slots[..1] : _slots).Select(TryAsync).ToList();
        try
        {
            await Task.WhenAll(tries);
        }
        catch (IssuerStateException) when (tries.Find(IsRefused) is { } refused)
        {
            // It matters more than a master that cannot be reached.
            await refused;
        }

        async Task TryAsync(RedisSlot slot)
        {
            // The client sends a script the first time (EVAL), and only its hash the second time (EVALSHA).
            for (var i = 0; i < 2; i++) await _link.RunAsync(RedisScripts.TryOut, [slot.Try], [], cancel);
        }

        static bool IsRefused(Task one) => one.Exception is { } failure && RedisFailure.IsRefusal(failure);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    /// <inheritdoc/>
    public void Dispose() => _link.Dispose();

    private async ValueTask<bool> OfTokenAsync(string script, string tokenId, DateTimeOffset until, CancellationToken cancel)
    {
        var (hash, end) = (RedisSlot.Hash(tokenId), RedisBuckets.End(until));
        var buckets = _slots[RedisSlot.NumberOf(hash)].Revoked;
        return (int)await _link.RunAsync(script, buckets.Keys(end), buckets.Values(hash, end), cancel) == 1;
    }

    private IssuerStateException ClockIsOff(DateTimeOffset until) => new(string.Format(
        CultureInfo.InvariantCulture,
        "The issuer's Redis has removed used requests early, or would: its clock is or was ahead of this node's clock, which says {0:u}, "
        + "or it evicts keys. A request that expires at {1:u} could be a replay and is refused. Set both clocks right.",
        _time.GetUtcNow(), until));
}
