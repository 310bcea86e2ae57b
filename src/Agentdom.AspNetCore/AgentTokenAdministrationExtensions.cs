using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints with which operators administer registered agents.</summary>
public static class AgentTokenAdministrationExtensions
{
    /// <summary>
    /// Maps endpoints that register, list, change, shut out and delete agents, and rotate their secrets. Add a policy to what it
    /// returns, such as <c>.RequireAuthorization("ops")</c>: if no policy guards them, the app does not start.
    /// </summary>
    /// <param name="endpoints">The app, or a group.</param>
    /// <param name="pattern">A path such as <c>/agents</c>.</param>
    /// <returns>A builder for conventions of all of them.</returns>
    /// <exception cref="InvalidOperationException">There is no store of agents.</exception>
    public static IEndpointConventionBuilder MapAgentTokenAdministration(this IEndpointRouteBuilder endpoints, string pattern)
    {
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(GuardedAgentStore)) == false)
            throw new InvalidOperationException(
                $"There is no store of agents for app.MapAgentTokenAdministration(\"{pattern}\"). Add one to what AddAgentTokenIssuer(…) "
                + "returns: .UseEntityFrameworkCore<AppDbContext>() of the package Agentdom.AspNetCore.EntityFrameworkCore, or "
                + ".UseAgentStore(…) for a store of the app's own.");
        var services = endpoints.ServiceProvider;
        var group = endpoints.MapGroup(pattern).WithMetadata(new AdministrationMarker(pattern));
        ((IEndpointConventionBuilder)group).Finally(endpoint => AdministrationGuard.AddFallback(endpoint, services));
        AdministrationRoutes.Map(group);
        return group;
    }
}
