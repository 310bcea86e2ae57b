using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>
/// Answers <c>/.well-known/oauth-authorization-server</c> (RFC 8414): what a JWT library needs to check tokens (protocol.md §6).
/// </summary>
/// <remarks>
/// There is no <c>token_endpoint</c>, because an OAuth client would send a grant, with its credentials, to an endpoint that
/// understands none. For the same reason the lists of grants and of response types are empty: without them the defaults apply.
/// </remarks>
/// <param name="routes">The app or group on which it is mapped.</param>
internal sealed class ServerMetadataEndpoint(IEndpointRouteBuilder routes)
{
    private volatile Paths? _paths;

    internal Task RunAsync(HttpContext context)
    {
        var paths = _paths ??= Find(context.RequestServices, (RouteEndpoint)context.GetEndpoint()!);
        var options = context.RequestServices.GetRequiredService<CurrentIssuer>().Options;
        var root = options.PublishedOrigin;
        if (paths.Keys.Fill(context) is not { } keys)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        var document = new Dictionary<string, object?>
        {
            ["issuer"] = options.Name,
            ["jwks_uri"] = root + keys,
            ["scopes_supported"] = options.Scopes,
            ["response_types_supported"] = Array.Empty<string>(),
            ["grant_types_supported"] = Array.Empty<string>(),
        };
        if (paths.Introspect?.Fill(context) is { } introspect)
        {
            document["introspection_endpoint"] = root + introspect;
            // How a policy of the app's own authenticates is the app's own business.
            if (paths.IsIntrospectionOpen) document["introspection_endpoint_auth_methods_supported"] = s_none;
        }
        if (paths.Revoke?.Fill(context) is { } revoke)
        {
            document["revocation_endpoint"] = root + revoke;
            document["revocation_endpoint_auth_methods_supported"] = s_none;
        }
        return PublicDocument.WriteAsync(context.Response, CanonicalJson.Utf8FromValue(document));
    }

    private static readonly string[] s_none = ["none"];

    private Paths Find(IServiceProvider services, RouteEndpoint document)
    {
        var tokens = TokenEndpointGroup.FindAll(services, routes)
            .Find(group => !TokenPath.Missing(group[Operation.Introspect], document).Any());
        var introspect = tokens?[Operation.Introspect];
        return new Paths(
            KeySetEndpoint.Find(services, routes, document)!,
            introspect is null ? null : new TokenPath(introspect, services),
            tokens is null ? null : new TokenPath(tokens[Operation.Revoke], services),
            introspect?.Metadata.GetMetadata<IAllowAnonymous>() is not null);
    }

    private sealed record Paths(TokenPath Keys, TokenPath? Introspect, TokenPath? Revoke, bool IsIntrospectionOpen);
}
