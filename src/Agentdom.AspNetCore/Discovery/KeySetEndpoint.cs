using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>Answers <c>/.well-known/jwks.json</c>: the public halves of the signing keys (RFC 7517, protocol.md §6).</summary>
/// <param name="routes">The app or group on which it is mapped.</param>
internal sealed class KeySetEndpoint(IEndpointRouteBuilder routes)
{
    internal const string Path = "/.well-known/jwks.json";

    private IEndpointRouteBuilder Routes => routes;

    /// <summary>Finds the key set that another document can name: that of its own app or group, or else the first one.</summary>
    /// <returns>Its path, or null if there is none.</returns>
    internal static TokenPath? Find(IServiceProvider services, IEndpointRouteBuilder routes, RouteEndpoint document) =>
        services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(static endpoint => (Endpoint: endpoint, Keys: endpoint.Metadata.GetMetadata<KeySetEndpoint>()))
            .Where(e => e.Keys is not null && !TokenPath.Missing(e.Endpoint, document).Any())
            .OrderByDescending(e => ReferenceEquals(e.Keys!.Routes, routes))
            .Select(e => new TokenPath(e.Endpoint, services))
            .FirstOrDefault();

    internal static Task RunAsync(HttpContext context) => PublicDocument.WriteAsync(
        context.Response, context.RequestServices.GetRequiredService<CurrentIssuer>().Issuer.GetKeySet());
}
