using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>
/// Checks when the app starts, once all endpoints are mapped, that an issuer which publishes its keys has an address as its name.
/// </summary>
internal sealed class KeysCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        var services = app.ApplicationServices;
        var endpoints = services.GetService<EndpointDataSource>()?.Endpoints ?? [];
        if (endpoints.Any(static e => e.Metadata.GetMetadata<KeySetEndpoint>() is not null))
            services.GetRequiredService<CurrentIssuer>().PublishKeys();
    };
}
