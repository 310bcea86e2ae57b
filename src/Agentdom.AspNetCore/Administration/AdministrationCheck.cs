using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>
/// Checks when the app starts, once all endpoints are mapped, that the administration is not open to everyone.
/// </summary>
internal sealed class AdministrationCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        foreach (var endpoint in app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            if (endpoint.Metadata.GetMetadata<AdministrationMarker>() is not { Pattern: var pattern }) continue;
            if (AdministrationGuard.Problem(endpoint) is { } problem)
                throw new InvalidOperationException(
                    $"The endpoints of MapAgentTokenAdministration(\"{pattern}\") would be open to everyone, because {problem}. Everyone "
                    + "who reaches them can register agents and shut them out. Add a policy: "
                    + $"app.MapAgentTokenAdministration(\"{pattern}\").RequireAuthorization(\"ops\").");
        }
    };
}
