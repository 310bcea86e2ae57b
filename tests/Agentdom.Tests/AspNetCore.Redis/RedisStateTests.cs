using System.Text.RegularExpressions;
using Agentdom.AspNetCore;
using Agentdom.AspNetCore.Redis;
using Agentdom.Tests.Issuer;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.Tests.AspNetCoreRedis;

public sealed partial class RedisStateTests : StateContract
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly MemoryLog _log = new();
    private RedisServer _server = null!;
    private ServiceProvider _services = null!;
    private IIssuerState _state = null!;

    protected override async Task<IIssuerState> OpenAsync()
    {
        _server = await RedisServer.StartAsync();
        _services = Services(_server.Address);
        return _state = _services.GetRequiredService<IIssuerState>();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task EveryKeyExpiresAMinuteAfterItsEntryOrWithinHalfAMinuteMore()
    {
        await _state.TryRememberAsync(Signature(), In(300), s_none);
        await _state.TryRememberAsync(Signature(), In(-5), s_none);
        await _state.RevokeAsync("a token", In(3600), s_none);
        await _state.RevokeAsync("a token that has ended", In(-86400), s_none);
        await Sets.TryReplaceAsync("A", null, Set(3600), s_none);
        await Sets.TryReplaceAsync("B", null, Set(300), s_none);
        var removed = Set(300);
        await Sets.TryReplaceAsync("C", null, removed, s_none);
        await Sets.TryReplaceAsync("C", removed.Version, null, s_none);

        var keys = await KeysAsync();
        Assert.All(keys.Keys, key => Assert.Matches(KeyShape(), key));
        // These must outlive the entries, because they tell which of them may be missing.
        Assert.All(keys.Where(k => Lasting().IsMatch(k.Key)), key => Assert.Null(key.Value));
        AssertExpire("replay", -5, 300);
        AssertExpire("revoked", 3600);
        AssertExpire("managed", 300, 3600);

        void AssertExpire(string kind, params double[] entries)
        {
            var found = keys.Where(k => k.Key.Contains($"}}:{kind}:", StringComparison.Ordinal) && !Lasting().IsMatch(k.Key))
                .Select(k => k.Value!.Value).Order().ToList();
            Assert.Equal(entries.Length, found.Count);
            // The test itself takes some seconds at most, and the entries are older than this line.
            Assert.All(entries.Zip(found), e => Assert.InRange(e.Second - In(e.First), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(90)));
        }
    }

    [Fact]
    public async Task NoPartOfASignatureIsInRedis()
    {
        var signature = Signature();
        await _state.TryRememberAsync(signature, In(300), s_none);

        await using var admin = await _server.ConnectAsync();
        var bucket = Assert.Single((await KeysAsync()).Keys, key => !Lasting().IsMatch(key));
        var entry = Assert.Single(await admin.GetDatabase().SetMembersAsync(bucket));
        Assert.Equal(16, ((byte[])entry!).Length);
        Assert.Equal(-1, signature.AsSpan().IndexOf(((byte[])entry!).AsSpan(0, 4)));
    }

    [Fact]
    public async Task IssuersWithDifferentPrefixesAreIndependent()
    {
        await using var others = Services(_server.Address, "other:");
        var other = others.GetRequiredService<IIssuerState>();
        var (signature, until) = (Signature(), In(300));

        Assert.True(await _state.TryRememberAsync(signature, until, s_none));
        Assert.True(await other.TryRememberAsync(signature, until, s_none));
        await _state.RevokeAsync("a token", until, s_none);
        Assert.False(await other.IsRevokedAsync("a token", until, s_none));
        Assert.True(await Sets.TryReplaceAsync("A", null, Set(300), s_none));
        Assert.Null(await ((IManagedTokenStore)other).FindAsync("A", s_none));
        Assert.All((await KeysAsync()).Keys, key => Assert.Matches(@"^(agentdom|other):\{[0-3][0-9a-f]\}:", key));
    }

    [Fact]
    public async Task AConnectionOfTheAppsOwnIsUsedAndNotDisposedOf()
    {
        await using var own = await _server.ConnectAsync();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConnectionMultiplexer>(own);
        services.AddAgentTokenIssuer(_ => { }).UseRedis(p => p.GetRequiredService<IConnectionMultiplexer>());
        var until = In(300);
        // The container does not dispose a connection that a factory returned from elsewhere either.
        await using (var provider = services.BuildServiceProvider())
            await provider.GetRequiredService<IIssuerState>().RevokeAsync("a token", until, s_none);

        Assert.True(await _state.IsRevokedAsync("a token", until, s_none));
        Assert.True(own.IsConnected);
        Assert.Single(own.GetServers()[0].Keys(pattern: "agentdom:{*}:revoked:1*"));
    }

    [Theory]
    [InlineData("READONLY", "replicaof 127.0.0.1 1")]
    [InlineData("OOM", "config set maxmemory 1")]
    public async Task ARedisThatAcceptsNoWritesIsAFailureUntilItDoes(string reason, string command)
    {
        await using var admin = await _server.ConnectAsync();
        var words = command.Split(' ');
        var server = admin.GetServers()[0];
        await server.ExecuteAsync(words[0], [.. words[1..]]);

        var error = await Assert.ThrowsAsync<IssuerStateException>(async () => await _state.TryRememberAsync(Signature(), In(300), s_none));
        Assert.NotNull(error.InnerException);
        await Assert.ThrowsAsync<IssuerStateException>(async () => await _state.RevokeAsync("a token", In(300), s_none));

        if (reason == "READONLY") await server.ExecuteAsync("replicaof", "no", "one");
        else await server.ExecuteAsync("config", "set", "maxmemory", "0");
        Assert.True(await EventuallyAsync(async () => await _state.TryRememberAsync(Signature(), In(300), s_none)));
    }

    [Fact]
    public async Task ARedisThatHangsIsAFailureUntilItAnswers()
    {
        await _server.StopAsync();
        await Assert.ThrowsAsync<IssuerStateException>(async () => await _state.TryRememberAsync(Signature(), In(300), s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await _state.IsRevokedAsync("a token", In(300), s_none));

        await _server.ContinueAsync();
        Assert.True(await EventuallyAsync(async () => await _state.TryRememberAsync(Signature(), In(300), s_none)));
    }

    [Fact]
    public async Task RequestsThatComeWhileRedisIsBusyAreSentInOneCall()
    {
        var until = In(300);
        await BeginBucketsAsync(until);
        await using var admin = await _server.ConnectAsync();
        var server = admin.GetServers()[0];
        await server.ExecuteAsync("CONFIG", "RESETSTAT");

        await _server.StopAsync();
        var calls = Enumerable.Range(0, 100).Select(_ => _state.TryRememberAsync(Signature(), until, s_none).AsTask()).ToList();
        await _server.ContinueAsync();

        Assert.DoesNotContain(false, await Task.WhenAll(calls));
        Assert.Contains("cmdstat_evalsha:calls=2,", (string?)await server.ExecuteAsync("INFO", "commandstats"));
    }

    [Fact]
    public async Task RequestsThatAreSentTogetherAreStoredByARedisThatHasLostItsScripts()
    {
        var until = In(300);
        await BeginBucketsAsync(until);
        await using var admin = await _server.ConnectAsync();
        await admin.GetServers()[0].ExecuteAsync("SCRIPT", "FLUSH");
        var signatures = Enumerable.Range(0, 100).Select(static _ => Signature()).ToList();

        Assert.DoesNotContain(false, await Task.WhenAll(signatures.Select(s => _state.TryRememberAsync(s, until, s_none).AsTask())));
        Assert.DoesNotContain(true, await Task.WhenAll(signatures.Select(s => _state.TryRememberAsync(s, until, s_none).AsTask())));
    }

    [Fact]
    public async Task ARequestThatNobodyWaitsForAnyMoreIsNotStoredLater()
    {
        var (abandoned, until) = (Signature(), In(300));
        await BeginBucketsAsync(until);
        using var cancel = new CancellationTokenSource();

        await _server.StopAsync();
        var first = _state.TryRememberAsync(Signature(), until, s_none).AsTask();
        var second = _state.TryRememberAsync(abandoned, until, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await _server.ContinueAsync();

        Assert.True(await first);
        // The agent sends it again.
        Assert.True(await _state.TryRememberAsync(abandoned, until, s_none));
    }

    [Fact]
    public async Task AnAppThatStartsWhileRedisIsDownWorksOnceItIsUp()
    {
        await using var server = RedisServer.Down("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
        await using var services = Services(server.Address);
        var state = services.GetRequiredService<IIssuerState>();
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.TryRememberAsync(Signature(), In(300), s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.IsRevokedAsync("a token", In(300), s_none));

        await server.StartAgainAsync();

        Assert.True(await EventuallyAsync(async () => await state.TryRememberAsync(Signature(), In(300), s_none)));
        Assert.False(await state.IsRevokedAsync("a token", In(300), s_none));
        Assert.Contains("allkeys-lru", await _log.NextWarningAsync());
    }

    [Fact]
    public async Task ARedisThatEvictsCausesAWarning()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
        await using var services = Services(server.Address);
        var state = services.GetRequiredService<IIssuerState>();

        var warning = await _log.NextWarningAsync();
        Assert.Contains("allkeys-lru", warning);
        Assert.Contains("noeviction", warning);
        Assert.Contains(server.Address, warning);

        // The warning comes again after a reconnect.
        server.Kill();
        await server.StartAgainAsync();
        Assert.Contains("allkeys-lru", await _log.NextWarningAsync());
        GC.KeepAlive(state);
    }

    [Theory]
    [InlineData("--maxmemory", "64mb", "--maxmemory-policy", "noeviction")]
    [InlineData("--maxmemory", "0", "--maxmemory-policy", "allkeys-lru")]
    public async Task ARedisThatEvictsNothingCausesNoWarning(params string[] settings)
    {
        await using var server = await RedisServer.StartAsync(settings);
        await using var quiet = Services(server.Address);
        Assert.True(await quiet.GetRequiredService<IIssuerState>().TryRememberAsync(Signature(), In(300), s_none));
        // The second server is checked later. If its warning is the first one, the first server caused none.
        await using var evicting = await RedisServer.StartAsync("--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl");
        await using var loud = Services(evicting.Address);
        _ = loud.GetRequiredService<IIssuerState>();

        Assert.Contains("volatile-ttl", await _log.NextWarningAsync());
    }

    [Fact]
    public async Task APasswordIsUsedAndNeverShown()
    {
        const string Password = "correct-horse-battery";
        await using var server = await RedisServer.StartAsync(
            "--requirepass", Password, "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
        await using var valid = Services($"{server.Address},password={Password}");
        Assert.True(await valid.GetRequiredService<IIssuerState>().TryRememberAsync(Signature(), In(300), s_none));
        await using var wrong = Services($"{server.Address},password=x{Password}");
        var error = await Assert.ThrowsAsync<IssuerStateException>(
            async () => await wrong.GetRequiredService<IIssuerState>().TryRememberAsync(Signature(), In(300), s_none));

        await _log.NextWarningAsync();
        Assert.DoesNotContain(Password, error.ToString() + string.Join('\n', _log.All));
    }

    [Theory]
    [InlineData("")]
    [InlineData("password=hunter2")]
    [InlineData("localhost:6379,password=hun,ter2=x")]
    [InlineData("localhost:6379,hunter2=x")]
    public void AConnectionStringThatCannotBeReadIsRefusedAtOnceAndNotRepeated(string connection)
    {
        var tokens = new ServiceCollection().AddAgentTokenIssuer(_ => { });

        var error = Assert.Throws<ArgumentException>(() => tokens.UseRedis(connection));

        Assert.Contains("host:port", error.Message);
        Assert.DoesNotContain("ter2", error.ToString());
    }

    // In every slot.
    private Task<bool[]> BeginBucketsAsync(DateTimeOffset until) =>
        Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => _state.TryRememberAsync(Signature(), until, s_none).AsTask()));

    private ServiceProvider Services(string connection, string? prefix = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        var tokens = services.AddAgentTokenIssuer(_ => { });
        if (prefix is null) tokens.UseRedis(connection);
        else tokens.UseRedis(connection, prefix);
        return services.BuildServiceProvider();
    }

    private async Task<Dictionary<string, DateTimeOffset?>> KeysAsync()
    {
        await using var admin = await _server.ConnectAsync();
        var keys = new Dictionary<string, DateTimeOffset?>();
        foreach (var key in admin.GetServers()[0].Keys())
            keys[key.ToString()] = await admin.GetDatabase().KeyExpireTimeAsync(key) is { } time ? new DateTimeOffset(time) : null;
        return keys;
    }

    /// <summary>Waits until a call succeeds. How long the Redis client takes to reconnect is not tested.</summary>
    private static async Task<bool> EventuallyAsync(Func<Task<bool>> call)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (IssuerStateException) when (attempt < 300)
            {
                await Task.Delay(100);
            }
        }
    }

    [GeneratedRegex(@"^agentdom:\{[0-3][0-9a-f]\}:((replay|revoked):([0-9]{10}|begun|removed)|managed:([0-9a-f]{32}|ends))$")]
    private static partial Regex KeyShape();

    [GeneratedRegex(":(begun|removed|ends)$")]
    private static partial Regex Lasting();

    private sealed class MemoryLog : ILoggerProvider, ILogger
    {
        private readonly System.Threading.Channels.Channel<string> _warnings = System.Threading.Channels.Channel.CreateUnbounded<string>();
        private readonly List<string> _all = [];

        internal IReadOnlyList<string> All
        {
            get
            {
                lock (_all) return [.. _all];
            }
        }

        internal Task<string> NextWarningAsync() => _warnings.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception) + exception;
            lock (_all) _all.Add(text);
            if (logLevel == LogLevel.Warning) _warnings.Writer.TryWrite(text);
        }

        public void Dispose()
        {
        }
    }
}
