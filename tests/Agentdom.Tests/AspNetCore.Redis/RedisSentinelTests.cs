using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>A master whose replica takes over, as Redis Sentinel decides.</summary>
public sealed class RedisSentinelTests
{
    [Fact]
    public async Task AfterAFailoverNothingIsForgotten()
    {
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{master.Port}");
        using var sentinel = await RedisSentinel.StartAsync(master, replicas: 1);
        await using var issuer = await TestIssuer.StartAsync(services: services => services.AddAgentTokenIssuer(_ => { })
            .UseRedis($"{sentinel.Address},serviceName={RedisSentinel.ServiceName}"));
        var used = TestIssuer.Signed(TestIssuer.Body());
        using var first = await issuer.RequestTokenAsync(used);
        Assert.Equal(200, (int)first.StatusCode);
        var (valid, revoked) = (await issuer.TokenAsync(), await issuer.TokenAsync());
        using var revocation = await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{revoked}}"}""");
        Assert.Equal(200, (int)revocation.StatusCode);
        await ReplicatedAsync(master);

        master.Kill();

        await TokenApi.UntilAsync(async () =>
        {
            using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
            return answer.IsSuccessStatusCode;
        });
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(used), 401, "replayed_request");
        await Wire.AssertNotValidAsync(issuer, revoked);
        Assert.True(await Wire.IsValidAsync(issuer, valid));
    }

    [Fact]
    public async Task AnAppThatStartsBeforeItsSentinelWorksOnceThatAnswers()
    {
        var port = FreePort.Find();
        await using var issuer = await TestIssuer.StartAsync(services: services => services.AddAgentTokenIssuer(_ => { })
            .UseRedis($"127.0.0.1:{port},serviceName={RedisSentinel.ServiceName}"));
        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())), 503, "temporarily_unavailable");

        await using var master = await RedisServer.StartAsync();
        using var sentinel = await RedisSentinel.StartAsync(master, replicas: 0, port);

        await TokenApi.UntilAsync(async () =>
        {
            using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
            return answer.IsSuccessStatusCode;
        });
        Assert.True(await Wire.IsValidAsync(issuer, await issuer.TokenAsync()));
    }

    // WAIT is about the writes of its own connection, and all writes are replicated in their order.
    private static async Task ReplicatedAsync(RedisServer master)
    {
        await using var admin = await master.ConnectAsync(",asyncTimeout=60000");
        var database = admin.GetDatabase();
        await database.StringSetAsync("the last write", "");
        Assert.Equal(1, (int)await database.ExecuteAsync("WAIT", "1", "50000"));
    }
}
