using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>
/// Checks when the app starts, if it maps endpoints for managed tokens, that its state can store them, and whether an agent can use them.
/// </summary>
internal sealed class ManagedTokenCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        var endpoints = app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [];
        if (!endpoints.Any(static endpoint => endpoint.Metadata.GetMetadata<ManagedTokenMarker>() is not null)) return;
        var issuer = app.ApplicationServices.GetRequiredService<CurrentIssuer>();
        if (!issuer.StoresManagedTokens)
        {
            throw new InvalidOperationException(
                $"MapPublishedAgentTokens() needs a state that also implements {nameof(IManagedTokenStore)}, and the app's own does not. "
                + "Implement it, or use one of the issuer's states.");
        }
        issuer.OfferManagedTokens();
    };
}
