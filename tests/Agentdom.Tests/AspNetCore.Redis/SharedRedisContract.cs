using Agentdom.Tests.Issuer;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>The contract of a state on such a server. Each test has keys of its own.</summary>
public abstract class SharedRedisContract(SharedRedis server) : StateContract
{
    private ServiceProvider? _services;

    protected override async Task<IIssuerState> OpenAsync()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddAgentTokenIssuer(_ => { }).UseRedis(await server.ConnectionAsync(), $"agentdom-{Guid.NewGuid()}:");
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<IIssuerState>();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
