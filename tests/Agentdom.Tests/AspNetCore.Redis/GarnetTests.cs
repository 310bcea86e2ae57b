using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>The state in Microsoft's Garnet.</summary>
public sealed class GarnetTests(GarnetTests.Garnet garnet) : SharedRedisContract(garnet), IClassFixture<GarnetTests.Garnet>
{
    public sealed class Garnet : SharedRedis
    {
        private protected override async Task<(IAsyncDisposable Server, string Connection)> StartAsync()
        {
            var server = await GarnetServer.StartAsync();
            return (server, server.Address);
        }
    }
}
