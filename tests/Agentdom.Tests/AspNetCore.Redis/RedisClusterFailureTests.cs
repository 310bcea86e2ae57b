using System.Security.Cryptography;
using Agentdom.AspNetCore.Redis;
using Agentdom.Tests.Support;
using StackExchange.Redis;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>A cluster of which one master hangs, and one behind a proxy.</summary>
public sealed class RedisClusterFailureTests
{
    [Fact]
    public async Task AMasterThatHangsHoldsUpOnlyItsShare()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(cluster.Address);
        await using var state = new RedisIssuerState(connection);
        Assert.True(await IsNewAsync());

        await cluster.Servers[0].StopAsync();
        // Those that the others decide, and that come after some that the first one does not answer.
        for (var i = 0; i < 3; i++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => IsNewAsync()));
            Assert.InRange(answers.Count(static isNew => isNew), 20, 59);
        }
        await cluster.Servers[0].ContinueAsync();

        async Task<bool> IsNewAsync()
        {
            try
            {
                return await state.TryRememberAsync(RandomNumberGenerator.GetBytes(32), DateTimeOffset.UtcNow.AddMinutes(5), default);
            }
            catch (IssuerStateException)
            {
                return false;
            }
        }
    }

    [Theory]
    [InlineData("proxy=Envoyproxy", ServerType.Envoyproxy)]
    // Like a proxy that is not declared: without these commands the client takes it for a single server. The cluster then refuses the
    // first call that has keys of several slots.
    [InlineData("$CLUSTER=,$INFO=,$HELLO=", ServerType.Standalone)]
    public async Task AClusterBehindAProxyGetsACallForEachSlot(string setting, ServerType seenAs)
    {
        // One node, because the client follows no redirection to others if it knows of no cluster. A proxy does that itself.
        await using var server = await RedisServer.StartAsync(
            "--cluster-enabled", "yes", "--cluster-port", $"{FreePort.Find()}");
        await using var admin = await server.ConnectAsync();
        await admin.GetServers()[0].ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await TokenApi.UntilAsync(async () => ((string?)await admin.GetServers()[0].ExecuteAsync("CLUSTER", "INFO"))!
            .Contains("cluster_state:ok", StringComparison.Ordinal));
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{server.Address},{setting}");
        Assert.Equal(seenAs, connection.GetServers()[0].ServerType);
        await using var state = new RedisIssuerState(connection);
        var (signatures, until) = (Enumerable.Range(0, 200).Select(static _ => RandomNumberGenerator.GetBytes(32)).ToList(),
            DateTimeOffset.UtcNow.AddMinutes(5));

        Assert.DoesNotContain(false, await RememberAsync());
        Assert.DoesNotContain(true, await RememberAsync());

        Task<bool[]> RememberAsync() => Task.WhenAll(signatures.Select(s => state.TryRememberAsync(s, until, default).AsTask()));
    }
}
