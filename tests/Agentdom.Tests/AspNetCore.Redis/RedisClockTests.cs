using System.Security.Cryptography;
using System.Text;
using Agentdom.AspNetCore.Redis;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>A clock that was two hours ahead for a while, with traffic, and was set right: that of a node, and that of Redis.</summary>
public sealed class RedisClockTests : IAsyncLifetime
{
    private const int Ahead = 2 * 60 * 60;
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly ManualTime _time = new();
    private int _passed;
    private ServerClock _redisClock = null!;
    private RedisServer _server = null!;
    private StackExchange.Redis.ConnectionMultiplexer _connection = null!;
    private RedisIssuerState _state = null!;

    public async ValueTask InitializeAsync()
    {
        _redisClock = await ServerClock.MakeAsync();
        _server = await RedisServer.StartAsync(_redisClock);
        _connection = await _server.ConnectAsync();
        _state = new RedisIssuerState(_connection, time: _time);
    }

    public async ValueTask DisposeAsync()
    {
        if (_state is not null) await _state.DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        _redisClock?.Dispose();
    }

    [Fact]
    public async Task WhatWasUsedWhileTheNodesClockWasAheadStaysUsed()
    {
        _time.Advance(Ahead);
        var (used, revoked) = (Request(), Token());
        Assert.True(await _state.TryRememberAsync(used.Signature, used.Until, s_none));
        await _state.RevokeAsync(revoked.Id, revoked.Until, s_none);
        _time.Advance(-Ahead);
        var fresh = Request();
        Assert.True(await _state.TryRememberAsync(fresh.Signature, fresh.Until, s_none));

        // Nearly two hours later the request is fresh again.
        Pass(Ahead - 240);
        Assert.False(await _state.TryRememberAsync(used.Signature, used.Until, s_none));
        Assert.True(await _state.IsRevokedAsync(revoked.Id, revoked.Until, s_none));
        fresh = Request();
        Assert.True(await _state.TryRememberAsync(fresh.Signature, fresh.Until, s_none));
    }

    [Fact]
    public async Task WhatRedisRemovedWhileItsClockWasAheadStaysUsed()
    {
        var (used, revoked, valid) = (Request(), Token(), Token(lifetime: 5 * 60 * 60));
        Assert.True(await _state.TryRememberAsync(used.Signature, used.Until, s_none));
        await _state.RevokeAsync(revoked.Id, revoked.Until, s_none);

        _redisClock.Set(Ahead);
        await AssertRefusedAsync(used);
        Assert.True(await _state.IsRevokedAsync(revoked.Id, revoked.Until, s_none));
        Assert.False(await _state.IsRevokedAsync(valid.Id, valid.Until, s_none));
        _time.Advance(30);
        var error = await AssertRefusedAsync(Request());
        Assert.Contains("clock", error.Message);

        _redisClock.Set(0);
        await AssertRefusedAsync(used);
        Assert.True(await _state.IsRevokedAsync(revoked.Id, revoked.Until, s_none));
        // A fresh request expires later than all that were used before, so it cannot be one of them.
        var fresh = Request();
        Assert.True(await _state.TryRememberAsync(fresh.Signature, fresh.Until, s_none));
        Assert.False(await _state.TryRememberAsync(fresh.Signature, fresh.Until, s_none));
        var token = Token(lifetime: 3700);
        Assert.False(await _state.IsRevokedAsync(token.Id, token.Until, s_none));
    }

    [Fact]
    public async Task AnotherNodeAndALaterStartKnowWhatRedisRemoved()
    {
        var (used, revoked) = (Request(), Token());
        Assert.True(await _state.TryRememberAsync(used.Signature, used.Until, s_none));
        await _state.RevokeAsync(revoked.Id, revoked.Until, s_none);
        _redisClock.Set(Ahead);
        await AssertRefusedAsync(used);
        _redisClock.Set(0);

        await using var other = new RedisIssuerState(_connection, time: _time);
        await Assert.ThrowsAsync<IssuerStateException>(() => other.TryRememberAsync(used.Signature, used.Until, s_none).AsTask());
        Assert.True(await other.IsRevokedAsync(revoked.Id, revoked.Until, s_none));
    }

    [Fact]
    public async Task WhatRedisRemovedWhileNobodyAskedStaysUsed()
    {
        var (used, revoked) = (Request(), Token());
        Assert.True(await _state.TryRememberAsync(used.Signature, used.Until, s_none));
        await _state.RevokeAsync(revoked.Id, revoked.Until, s_none);
        _redisClock.Set(Ahead);
        await _server.RemoveExpiredAsync();
        _redisClock.Set(0);

        await AssertRefusedAsync(used);
        Assert.True(await _state.IsRevokedAsync(revoked.Id, revoked.Until, s_none));
        _time.Advance(30);
        var fresh = Request();
        Assert.True(await _state.TryRememberAsync(fresh.Signature, fresh.Until, s_none));
    }

    [Fact]
    public async Task NothingIsKeptOfWhatHasExpired()
    {
        IManagedTokenStore sets = _state;
        // In one slot.
        var ids = Enumerable.Range(0, int.MaxValue).Select(static i => $"id {i}")
            .Where(static id => RedisSlot.NumberOf(RedisSlot.Hash(id)) == 0).Take(20).ToList();
        foreach (var id in ids)
        {
            Assert.True(await _state.TryRememberAsync(Encoding.UTF8.GetBytes(id), Request().Until, s_none));
            await _state.RevokeAsync(id, Token().Until, s_none);
            Assert.True(await sets.TryReplaceAsync(id, null, Set(), s_none));
            Pass(2 * 60 * 60);
        }

        foreach (var key in new[] { "managed:ends", "replay:begun", "revoked:begun" })
            Assert.Equal(1, await _connection.GetDatabase().SortedSetLengthAsync("agentdom:{00}:" + key));

        ManagedTokenSet Set() => new(Guid.NewGuid(), "1", _time.GetUtcNow().AddMinutes(5));
    }

    [Fact]
    public async Task TheTokensOfASetThatRedisRemovedCountAsRevoked()
    {
        IManagedTokenStore sets = _state;
        var until = _time.GetUtcNow().AddHours(1);
        Assert.True(await sets.TryReplaceAsync("A", null, new ManagedTokenSet(Guid.NewGuid(), "1", until), s_none));
        Assert.False(await _state.IsRevokedAsync("a token of A", until, s_none));

        _redisClock.Set(Ahead);
        Assert.Null(await sets.FindAsync("A", s_none));
        Assert.True(await _state.IsRevokedAsync("a token of A", until, s_none));

        _redisClock.Set(0);
        Assert.Null(await sets.FindAsync("A", s_none));
        Assert.True(await _state.IsRevokedAsync("a token of A", until, s_none));
        Assert.False(await _state.IsRevokedAsync("a later token", until.AddHours(2), s_none));
    }

    private async Task<IssuerStateException> AssertRefusedAsync((byte[] Signature, DateTimeOffset Until) request) =>
        await Assert.ThrowsAsync<IssuerStateException>(() => _state.TryRememberAsync(request.Signature, request.Until, s_none).AsTask());

    private (byte[] Signature, DateTimeOffset Until) Request() =>
        (RandomNumberGenerator.GetBytes(32), _time.GetUtcNow() + TokenIssuerOptions.TimestampWindow);

    private (string Id, DateTimeOffset Until) Token(int lifetime = 3600) =>
        (Guid.NewGuid().ToString(), _time.GetUtcNow().AddSeconds(lifetime));

    /// <summary>Time passes for the node and for Redis.</summary>
    private void Pass(int seconds)
    {
        _time.Advance(seconds);
        _redisClock.Set(_passed += seconds);
    }
}
