using System.Security.Cryptography;
using Agentdom.AspNetCore.Redis;
using Agentdom.Tests.Support;
using StackExchange.Redis;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>A cluster of which one master hangs.</summary>
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
}
