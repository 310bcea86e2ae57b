using System.Net;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>Two processes of the sample issuer on one Redis.</summary>
public sealed class RedisProcessTests
{
    [Fact]
    public async Task TwoNodesActAsOneAndOutliveTheRedis()
    {
        await using var redis = await RedisServer.StartAsync();
        using var a = await SampleIssuer.StartAsync("redis:" + redis.Address);
        using var b = await SampleIssuer.StartAsync("redis:" + redis.Address);

        var (revoked, valid) = (await a.TokenAsync(), await a.TokenAsync());
        Assert.Equal(200, (int)(await b.GetDataAsync(revoked)).StatusCode);
        Assert.Equal(200, (int)(await a.RevokeAsync(revoked)).StatusCode);
        Assert.False(await b.IsValidAsync(revoked));
        Wire.AssertChallenge(await b.GetDataAsync(revoked), 401, "Bearer error=\"invalid_token\"");
        Assert.Equal(200, (int)(await b.GetDataAsync(valid)).StatusCode);

        var used = TestIssuer.Signed(TestIssuer.Body());
        Assert.Equal(200, (int)(await a.RequestTokenAsync(used)).StatusCode);
        await Wire.AssertRefusedAsync(await b.RequestTokenAsync(used), 401, "replayed_request");

        redis.Kill();
        foreach (var node in new[] { a, b })
        {
            await AssertUnavailableAsync(node.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())));
            await AssertUnavailableAsync(node.VerifyAsync(valid));
            await AssertUnavailableAsync(node.RevokeAsync(valid));
            Assert.Equal(503, (int)(await node.GetDataAsync(valid)).StatusCode);
        }

        await redis.StartAgainAsync();
        foreach (var node in new[] { a, b })
        {
            await BackAsync(node);
            Assert.Equal(200, (int)(await node.GetDataAsync(await node.TokenAsync())).StatusCode);
        }
    }

    private static async Task AssertUnavailableAsync(Task<HttpResponseMessage> call)
    {
        using var response = await call;
        await Wire.AssertRefusedAsync(response, 503, "temporarily_unavailable");
    }

    /// <summary>Waits until a node works again. How long the Redis client takes to reconnect is not tested.</summary>
    private static async Task BackAsync(SampleIssuer node)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            using var response = await node.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
            if (response.StatusCode == HttpStatusCode.OK) return;
            await Task.Delay(100);
        }
        Assert.Fail("The node did not find its Redis again.");
    }
}
