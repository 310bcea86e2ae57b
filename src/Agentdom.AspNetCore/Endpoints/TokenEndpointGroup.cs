using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>The token endpoints of one call of <c>MapAgentTokens</c>.</summary>
/// <param name="routes">The app or group on which they were mapped.</param>
internal sealed class TokenEndpointGroup(IEndpointRouteBuilder routes)
{
    internal IEndpointRouteBuilder Routes => routes;

    /// <summary>The endpoints of each call, by their operation. Those that were mapped on the given app or group come first.</summary>
    internal static List<Dictionary<string, RouteEndpoint>> FindAll(IServiceProvider services, IEndpointRouteBuilder first) => [..
        services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(static endpoint => (Endpoint: endpoint, Marker: endpoint.Metadata.GetMetadata<TokenEndpointMarker>()))
            .Where(static e => e.Marker is not null)
            .GroupBy(static e => e.Marker!.Group)
            .OrderByDescending(group => ReferenceEquals(group.Key.Routes, first))
            .Select(static group => group.ToDictionary(static e => e.Marker!.Operation, static e => e.Endpoint))];
}
