using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>The state in a cluster of three masters.</summary>
public sealed class RedisClusterTests(RedisClusterTests.Cluster cluster) : SharedRedisContract(cluster),
    IClassFixture<RedisClusterTests.Cluster>
{
    public sealed class Cluster : SharedRedis
    {
        private protected override async Task<(IAsyncDisposable Server, string Connection)> StartAsync()
        {
            var cluster = await RedisCluster.StartAsync();
            return (cluster, cluster.Address);
        }
    }
}
