using Agentdom.AspNetCore.Redis;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>What is known when the app starts: the form of the address, the credentials and the rights of the user.</summary>
public sealed class RedisStartTests : IDisposable
{
    private const string Password = "correct horse/battery:100%";
    private const string Escaped = "correct%20horse%2Fbattery%3A100%25";

    // As in docs/issuer.md.
    private static readonly string[] s_rights =
    [
        "~agentdom:*", "resetchannels", "-@all", "+evalsha", "+script|load", "+time", "+get", "+set", "+del", "+exists", "+pexpireat",
        "+sadd", "+sismember", "+zadd", "+zscore", "+zrevrangebyscore", "+zrem", "+zremrangebyscore", "+eval", "+info", "+echo",
        "+acl|whoami",
    ];

    private static readonly string[] s_clusterRights = ["+cluster", "+asking"];

    private readonly LogCapture _log = new();

    [Fact]
    public async Task AnAddressWithUserPasswordAndDatabaseIsUsed()
    {
        await using var redis = await RedisServer.StartAsync();
        await AddUserAsync(redis, "app/user", ["allkeys", "allchannels", "+@all"]);
        await using var issuer = await StartAsync($"redis://app%2Fuser:{Escaped}@{redis.Address}/2");
        await issuer.TokenAsync();

        await using var admin = await redis.ConnectAsync();
        Assert.Empty(admin.GetServers()[0].Keys(0));
        Assert.NotEmpty(admin.GetServers()[0].Keys(2, "agentdom:{*}:replay:*"));
    }

    [Fact]
    public async Task APasswordWithoutAUserIsUsed()
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", Password);
        await using var issuer = await StartAsync($"redis://:{Escaped}@{redis.Address}");

        await issuer.TokenAsync();
    }

    [Theory]
    [InlineData("redis://cache.example.com", "cache.example.com", 6379, false)]
    [InlineData("rediss://cache.example.com", "cache.example.com", 6379, true)]
    [InlineData("REDISS://cache.example.com:6380/", "cache.example.com", 6380, true)]
    [InlineData("redis://[::1]:7000", "::1", 7000, false)]
    public void HostPortAndTlsAreRead(string address, string host, int port, bool tls)
    {
        var options = RedisConnection.Parse(address);

        var endpoint = Assert.Single(options.EndPoints);
        Assert.Equal((host, port), endpoint switch
        {
            System.Net.DnsEndPoint dns => (dns.Host, dns.Port),
            System.Net.IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            _ => default,
        });
        Assert.Equal((tls, null, null), (options.Ssl, options.User, options.Password));
        // As for a connection string: the issuer fails fast.
        Assert.False(options.AbortOnConnectFail);
        Assert.Equal(BacklogPolicy.FailFast, options.BacklogPolicy);
    }

    [Theory]
    [InlineData("redis://")]
    [InlineData("redis://hunter2@cache.example.com")]
    [InlineData("redis://me:hunter2@")]
    [InlineData("redis://me:hun#ter2@cache.example.com")]
    [InlineData("redis://me:hunter2@cache.example.com/zero")]
    [InlineData("redis://me:hunter2@cache.example.com/-1")]
    [InlineData("redis://me:hunter2@cache.example.com/0?password=hunter2")]
    [InlineData("redis://me:hunter2@cache.example.com:port")]
    [InlineData("redis://a:1,b:2")]
    [InlineData("http://me:hunter2@cache.example.com")]
    [InlineData("tcp://cache.example.com:6379,password=hunter2")]
    public void AnotherFormIsRefusedAtOnceAndNotRepeated(string address)
    {
        var tokens = new ServiceCollection().AddAgentTokenIssuer(_ => { });

        var error = Assert.Throws<ArgumentException>(() => tokens.UseRedis(address));

        Assert.Contains("redis://user:password@host", error.Message);
        Assert.DoesNotContain("hunter2", error.ToString());
        Assert.DoesNotContain("ter2", error.ToString());
    }

    [Theory]
    [InlineData("redis://:wrong-password@{0}", true)]
    [InlineData("redis://{0}", true)]
    [InlineData("{0},password=wrong-password", true)]
    [InlineData("redis://somebody:wrong-password@{0}", true)]
    // The server's default user needs no password here, and the client would go on as that one.
    [InlineData("redis://somebody:wrong-password@{0}", false)]
    public async Task RefusedCredentialsStopTheApp(string address, bool requiresPassword)
    {
        await using var redis = await RedisServer.StartAsync(requiresPassword ? ["--requirepass", Password] : []);

        var error = await Assert.ThrowsAsync<IssuerStateException>(
            () => StartAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, redis.Address)));

        Assert.Contains("credentials", error.Message);
        Assert.DoesNotContain("wrong-password", error + _log.AllText);
    }

    [Theory]
    [InlineData("-evalsha", "evalsha")]
    [InlineData("-echo", "echo")]
    [InlineData("resetkeys", "a key")]
    // Not every Redis names a command that a script may not run.
    [InlineData("-time", "docs/issuer.md")]
    [InlineData("-get", "docs/issuer.md")]
    [InlineData("-set", "docs/issuer.md")]
    [InlineData("-del", "docs/issuer.md")]
    [InlineData("-exists", "docs/issuer.md")]
    [InlineData("-pexpireat", "docs/issuer.md")]
    [InlineData("-sadd", "docs/issuer.md")]
    [InlineData("-sismember", "docs/issuer.md")]
    [InlineData("-zadd", "docs/issuer.md")]
    [InlineData("-zscore", "docs/issuer.md")]
    [InlineData("-zrevrangebyscore", "docs/issuer.md")]
    [InlineData("-zrem", "docs/issuer.md")]
    [InlineData("-zremrangebyscore", "docs/issuer.md")]
    public async Task AMissingRightStopsTheApp(string missing, string named)
    {
        await using var redis = await RedisServer.StartAsync();
        await AddUserAsync(redis, "app", [.. s_rights, missing]);

        var error = await Assert.ThrowsAsync<IssuerStateException>(() => StartAsync($"redis://app:{Escaped}@{redis.Address}"));

        Assert.Contains("does not allow", error.Message);
        Assert.Contains(named, error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AMissingRightOnOneMasterOfAClusterStopsTheApp(int master)
    {
        await using var cluster = await RedisCluster.StartAsync();
        for (var i = 0; i < RedisCluster.Masters; i++)
            await AddUserAsync(cluster.Servers[i], "app", [.. s_rights, .. s_clusterRights, i == master ? "-zadd" : "+zadd"]);

        var error = await Assert.ThrowsAsync<IssuerStateException>(() => StartAsync(In(cluster)));

        Assert.Contains("does not allow", error.Message);
    }

    [Fact]
    public async Task StartsThatFailLeaveNothingAfterOneThatSucceeds()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var admin = await redis.ConnectAsync();
        var address = $"redis://app:{Escaped}@{redis.Address}";
        foreach (var missing in new[] { "-pexpireat", "-zadd", "-pexpireat" })
        {
            await AddUserAsync(redis, "app", [.. s_rights, missing]);
            await Assert.ThrowsAsync<IssuerStateException>(() => StartAsync(address));
        }
        Assert.InRange(admin.GetServers()[0].Keys().Count(), 0, 1);

        await AddUserAsync(redis, "app", s_rights);
        await using var issuer = await StartAsync(address);

        Assert.Empty(admin.GetServers()[0].Keys());
    }

    [Fact]
    public async Task TheDocumentedRightsAreEnoughInAClusterWhileASlotMoves()
    {
        await using var cluster = await RedisCluster.StartAsync();
        foreach (var server in cluster.Servers) await AddUserAsync(server, "app", [.. s_rights, .. s_clusterRights]);
        await using (var issuer = await StartAsync(In(cluster))) Assert.True(await Wire.IsValidAsync(issuer, await issuer.TokenAsync()));

        await using var connection = await ConnectionMultiplexer.ConnectAsync(In(cluster));
        await using var state = new RedisIssuerState(connection);
        var until = DateTimeOffset.UtcNow.AddMinutes(5);
        var signatures = Enumerable.Range(0, int.MaxValue).Select(static i => BitConverter.GetBytes(i))
            .Where(static s => RedisSlot.NumberOf(RedisSlot.Hash(s)) == 0).Take(2).ToList();
        Assert.True(await state.TryRememberAsync(signatures[0], until, default));
        await cluster.MoveKeysAsync(connection.HashSlot(new RedisSlot(RedisIssuerState.DefaultKeyPrefix, 0).SetEnds));

        Assert.True(await state.TryRememberAsync(signatures[1], until, default));
        Assert.False(await state.TryRememberAsync(signatures[0], until, default));
        Assert.Contains($"`{string.Join(' ', s_clusterRights)}`", await PageAsync());
    }

    [Fact]
    public async Task TheDocumentedRightsAreEnough()
    {
        await using var redis = await RedisServer.StartAsync("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
        await AddUserAsync(redis, "app", s_rights);
        await using var issuer = await StartAsync($"redis://app:{Escaped}@{redis.Address}");

        var token = await issuer.TokenAsync();
        Assert.True(await Wire.IsValidAsync(issuer, token));
        await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");
        await Wire.AssertNotValidAsync(issuer, token);
        Assert.DoesNotContain(_log.Of("Agentdom.AspNetCore.CurrentIssuer"), e => e.Level >= LogLevel.Warning);
        for (var i = 0; !_log.AllText.Contains("allkeys-lru", StringComparison.Ordinal) && i < 300; i++) await Task.Delay(100);
        Assert.Contains("allkeys-lru", _log.AllText);
        var words = (await PageAsync()).Split([' ', '\n', '\\'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(string.Join(' ', s_rights), string.Join(' ', words));
    }

    [Fact]
    public async Task ARedisThatIsDownDoesNotStopTheAppAndTheReasonIsLoggedOnce()
    {
        await using var redis = RedisServer.Down();
        await using var issuer = await StartAsync("redis://" + redis.Address);
        for (var i = 0; i < 3; i++)
            await Wire.AssertRefusedAsync(
                await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())), 503, "temporarily_unavailable");

        await redis.StartAgainAsync();
        for (var i = 0; i < 300; i++)
        {
            using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
            if (response.IsSuccessStatusCode) break;
            await Task.Delay(100);
        }

        var entries = _log.Of("Agentdom.AspNetCore.CurrentIssuer").Where(e => e.Id != 2005).ToList();
        Assert.Equal([2003, 2004], entries.Select(e => e.Id));
        Assert.Contains("ConnectionRefused", entries[0].Text);
    }

    public void Dispose() => _log.Dispose();

    private static string In(RedisCluster cluster) => $"{cluster.Address},user=app,password={Password}";

    private static Task<string> PageAsync() => File.ReadAllTextAsync(
        Path.Combine(TestPaths.RepositoryRoot, "docs", "issuer.md"), TestContext.Current.CancellationToken);

    private static async Task AddUserAsync(RedisServer redis, string name, IEnumerable<string> rights)
    {
        await using var admin = await redis.ConnectAsync();
        await admin.GetServers()[0].ExecuteAsync("ACL", ["SETUSER", name, "on", ">" + Password, .. rights]);
    }

    private Task<TestIssuer> StartAsync(string connection) => TestIssuer.StartAsync(services: s =>
    {
        s.AddSingleton<ILoggerProvider>(_log);
        s.AddAgentTokenIssuer(_ => { }).UseRedis(connection);
    });
}
