using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>A master whose replica takes over, as Redis Sentinel decides.</summary>
public sealed class RedisSentinelTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AfterAFailoverNothingIsForgotten(bool isIssuerFirst)
    {
        using var log = new LogCapture();
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{master.Port}");
        var port = FreePort.Find();
        await using var early = isIssuerFirst ? await StartAsync(port, log) : null;
        if (early is not null)
        {
            await Wire.AssertRefusedAsync(
                await early.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())), 503, "temporarily_unavailable");
            Assert.Contains("no Sentinel", log.Of("Agentdom.AspNetCore.CurrentIssuer").First(e => e.Id == 2003).Text);
        }
        using var sentinel = await RedisSentinel.StartAsync(master, replicas: 1, port);
        await using var late = isIssuerFirst ? null : await StartAsync(port, log);
        var issuer = early ?? late!;
        await WorksAsync(issuer);
        var used = TestIssuer.Signed(TestIssuer.Body());
        using var first = await issuer.RequestTokenAsync(used);
        Assert.Equal(200, (int)first.StatusCode);
        var (valid, revoked) = (await issuer.TokenAsync(), await issuer.TokenAsync());
        using var revocation = await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{revoked}}"}""");
        Assert.Equal(200, (int)revocation.StatusCode);
        await ReplicatedAsync(master);

        master.Kill();

        await WorksAsync(issuer);
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(used), 401, "replayed_request");
        await Wire.AssertNotValidAsync(issuer, revoked);
        Assert.True(await Wire.IsValidAsync(issuer, valid));
    }

    private static Task<TestIssuer> StartAsync(int port, LogCapture log) => TestIssuer.StartAsync(services: services =>
    {
        services.AddSingleton<ILoggerProvider>(log);
        services.AddAgentTokenIssuer(_ => { }).UseRedis($"127.0.0.1:{port},serviceName={RedisSentinel.ServiceName}");
    });

    private static Task WorksAsync(TestIssuer issuer) => TokenApi.UntilAsync(async () =>
    {
        using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
        return answer.IsSuccessStatusCode;
    });

    // WAIT is about the writes of its own connection, and all writes are replicated in their order.
    private static async Task ReplicatedAsync(RedisServer master)
    {
        await using var admin = await master.ConnectAsync(",asyncTimeout=60000");
        var database = admin.GetDatabase();
        await database.StringSetAsync("the last write", "");
        Assert.Equal(1, (int)await database.ExecuteAsync("WAIT", "1", "50000"));
    }
}
