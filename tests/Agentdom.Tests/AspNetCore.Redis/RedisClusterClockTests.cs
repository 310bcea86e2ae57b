using System.Security.Cryptography;
using Agentdom.AspNetCore.Redis;
using Agentdom.Tests.Support;
using StackExchange.Redis;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>
/// A cluster in which the clock of one master was ahead and is set back. It has removed its share of the entries meanwhile, while nobody
/// asked. The other masters have the right time.
/// </summary>
public sealed class RedisClusterClockTests : IAsyncLifetime
{
    private const int Ahead = 2 * 60 * 60;
    private const int Entries = 100;
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly ManualTime _time = new();
    private readonly List<ServerClock> _clocks = [];
    private RedisCluster _cluster = null!;
    private ConnectionMultiplexer _connection = null!;
    private RedisIssuerState _state = null!;

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < RedisCluster.Masters; i++) _clocks.Add(await ServerClock.MakeAsync());
        _cluster = await RedisCluster.StartAsync([.. _clocks]);
        _connection = await ConnectionMultiplexer.ConnectAsync(_cluster.Address);
        _state = new RedisIssuerState(_connection, time: _time);
    }

    public async ValueTask DisposeAsync()
    {
        if (_state is not null) await _state.DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
        _clocks.ForEach(static clock => clock.Dispose());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task NoUsedRequestIsNewAndNoRevokedTokenIsValid(int master)
    {
        var (signatures, tokens) = (Many(static () => RandomNumberGenerator.GetBytes(32)), Many(static () => Guid.NewGuid().ToString()));
        var (fresh, end) = (_time.GetUtcNow() + TokenIssuerOptions.TimestampWindow, _time.GetUtcNow().AddHours(1));
        foreach (var signature in signatures) Assert.True(await _state.TryRememberAsync(signature, fresh, s_none));
        foreach (var token in tokens) await _state.RevokeAsync(token, end, s_none);

        await AheadForAWhileAsync(master);

        var accepted = 0;
        foreach (var signature in signatures) accepted += await IsNewAsync(signature, fresh) ? 1 : 0;
        Assert.Equal(0, accepted);
        var revoked = await Task.WhenAll(tokens.Select(token => _state.IsRevokedAsync(token, end, s_none).AsTask()));
        Assert.Equal(Entries, revoked.Count(static r => r));
        // What expires later was not removed.
        _time.Advance(30);
        foreach (var signature in Many(static () => RandomNumberGenerator.GetBytes(32)))
            Assert.True(await _state.TryRememberAsync(signature, _time.GetUtcNow() + TokenIssuerOptions.TimestampWindow, s_none));
        Assert.False(await _state.IsRevokedAsync("another token", end.AddHours(3), s_none));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task TheTokensOfASetThatIsGoneAreNotValid(int master)
    {
        IManagedTokenStore sets = _state;
        var (agents, end) = (Many(static () => Guid.NewGuid().ToString()), _time.GetUtcNow().AddHours(1));
        foreach (var agent in agents)
            Assert.True(await sets.TryReplaceAsync(agent, null, new ManagedTokenSet(Guid.NewGuid(), "1", end), s_none));

        await AheadForAWhileAsync(master);

        var found = 0;
        foreach (var agent in agents) found += await sets.FindAsync(agent, s_none) is null ? 0 : 1;
        // Every master has some of the sets.
        Assert.InRange(found, 1, Entries - 1);
        var revoked = await Task.WhenAll(agents.Select(agent => _state.IsRevokedAsync($"a token of {agent}", end, s_none).AsTask()));
        Assert.Equal(Entries, revoked.Count(static r => r));
        Assert.False(await _state.IsRevokedAsync("a later token", end.AddMinutes(1), s_none));
    }

    [Fact]
    public async Task SetsOfOtherAgentsWaitForAMasterThatIsDown()
    {
        var database = _connection.GetDatabase();
        var first = new RedisSlot(RedisIssuerState.DefaultKeyPrefix, 0);
        var agents = Enumerable.Range(0, int.MaxValue).Select(static i => $"agent {i}")
            .Where(static agent => RedisSlot.NumberOf(RedisSlot.Hash(agent)) == 0).Take(4).ToList();
        IManagedTokenStore sets = _state;
        Assert.True(await sets.TryReplaceAsync(agents[0], null, Set(), s_none));
        _clocks.ForEach(static clock => clock.Set(Ahead));
        _time.Advance(Ahead);
        var down = _cluster.Servers[(RedisCluster.MasterOf(_connection.HashSlot(first.SetEnds)) + 1) % RedisCluster.Masters];
        down.Kill();

        Assert.True(await sets.TryReplaceAsync(agents[1], null, Set(), s_none));
        Assert.True(await sets.TryReplaceAsync(agents[2], null, Set(), s_none));
        // All masters have to know that this one is gone before anybody learns it.
        await Assert.ThrowsAsync<IssuerStateException>(() => sets.FindAsync(agents[0], s_none).AsTask());
        await Assert.ThrowsAsync<IssuerStateException>(() => sets.TryReplaceAsync(agents[0], null, Set(), s_none).AsTask());
        Assert.Equal(3, await database.SortedSetLengthAsync(first.SetEnds));

        await down.StartAgainAsync();
        await TokenApi.UntilAsync(async () => await Record.ExceptionAsync(() => sets.FindAsync(agents[0], s_none).AsTask()) is null);
        Assert.True(await sets.TryReplaceAsync(agents[3], null, Set(), s_none));
        Assert.Equal(3, await database.SortedSetLengthAsync(first.SetEnds));

        ManagedTokenSet Set() => new(Guid.NewGuid(), "1", _time.GetUtcNow().AddMinutes(5));
    }

    private async Task AheadForAWhileAsync(int master)
    {
        _clocks[master].Set(Ahead);
        await _cluster.Servers[master].RemoveExpiredAsync();
        _clocks[master].Set(0);
    }

    private async Task<bool> IsNewAsync(byte[] signature, DateTimeOffset until)
    {
        try
        {
            return await _state.TryRememberAsync(signature, until, s_none);
        }
        catch (IssuerStateException)
        {
            return false;
        }
    }

    private static List<T> Many<T>(Func<T> make) => [.. Enumerable.Range(0, Entries).Select(_ => make())];
}
