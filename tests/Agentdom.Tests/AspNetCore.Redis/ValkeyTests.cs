using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>The state in Valkey.</summary>
public sealed class ValkeyTests(ValkeyTests.Valkey valkey) : SharedRedisContract(valkey), IClassFixture<ValkeyTests.Valkey>
{
    public sealed class Valkey : SharedRedis
    {
        private protected override async Task<(IAsyncDisposable Server, string Connection)> StartAsync()
        {
            var server = await RedisServer.StartValkeyAsync();
            return (server, server.Address);
        }
    }
}
