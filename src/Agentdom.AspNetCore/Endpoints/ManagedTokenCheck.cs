using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>Checks when the app starts that its state can store managed tokens, if it maps endpoints for them.</summary>
internal sealed class ManagedTokenCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        var endpoints = app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [];
        if (endpoints.Any(static endpoint => endpoint.Metadata.GetMetadata<ManagedTokenMarker>() is not null)
            && !app.ApplicationServices.GetRequiredService<CurrentIssuer>().StoresManagedTokens)
        {
            throw new InvalidOperationException(
                $"MapPublishedAgentTokens() needs a state that also implements {nameof(IManagedTokenStore)}, and the app's own does not. "
                + "Implement it, or use one of the issuer's states.");
        }
    };
}
