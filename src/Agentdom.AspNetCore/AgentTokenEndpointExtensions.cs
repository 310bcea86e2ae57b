using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints that agents call.</summary>
public static class AgentTokenEndpointExtensions
{
    private static readonly string[] s_reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps the token endpoint, with <c>/verify</c>, <c>/revoke</c> and <c>/introspect</c> below it (protocol.md §4 to §8). What
    /// <c>/verify</c> and <c>/revoke</c> get as a form is introspection (RFC 7662) and revocation as OAuth defines it (RFC 7009).
    /// </summary>
    /// <param name="endpoints">The app, or a group.</param>
    /// <param name="pattern">A path such as <c>/v1/agent-tokens</c>.</param>
    /// <returns>
    /// A builder for conventions of all of them, and for those of introspection alone. Agents have none of the app's own credentials,
    /// so of the endpoints only introspection heeds a policy.
    /// </returns>
    /// <exception cref="InvalidOperationException"><c>AddAgentTokenIssuer</c> was not called.</exception>
    public static AgentTokenEndpointConventionBuilder MapAgentTokens(this IEndpointRouteBuilder endpoints, string pattern)
    {
        RequireIssuer(endpoints, "MapAgentTokens(…)");
        endpoints.ServiceProvider.GetRequiredService<MappedTokenEndpoints>().Add(endpoints, pattern);
        var routes = endpoints.MapGroup(pattern);
        var group = new TokenEndpointGroup(endpoints);
        Map(routes, group, "", AgentTokenEndpoint.Mint).AllowAnonymous();
        Map(routes, group, "/verify", AgentTokenEndpoint.Verify).AllowAnonymous();
        Map(routes, group, "/revoke", AgentTokenEndpoint.Revoke).AllowAnonymous();
        MapForm(routes, "/revoke", AgentTokenEndpoint.RevokeForm).AllowAnonymous();
        var introspection = Map(routes, group, "/introspect", AgentTokenEndpoint.Introspect);
        var forms = MapForm(routes, "/verify", AgentTokenEndpoint.Introspect);
        introspection.Finally(AllowAnonymousUnlessGuarded);
        forms.Finally(AllowAnonymousUnlessGuarded);
        return new AgentTokenEndpointConventionBuilder(routes, introspection, forms);
    }

    /// <summary>
    /// Maps <c>/.well-known/agentdom.json</c> for GET and HEAD. It names the endpoints of <see cref="MapAgentTokens"/>. If the path of
    /// those has route parameters, map both in the same group. The app does not start if the manifest cannot name the endpoints, or
    /// if the app has another manifest at that path, as an endpoint or as a file in its web root.
    /// </summary>
    /// <param name="endpoints">The app, or a group.</param>
    /// <exception cref="InvalidOperationException"><c>AddAgentTokenIssuer</c> was not called.</exception>
    public static IEndpointConventionBuilder MapAgentdomManifest(this IEndpointRouteBuilder endpoints)
    {
        RequireIssuer(endpoints, "MapAgentdomManifest()");
        var manifest = new ManifestEndpoint(endpoints);
        return endpoints.MapMethods(ManifestFields.Path, s_reading, manifest.RunAsync)
            .WithMetadata(manifest).AllowAnonymous();
    }

    /// <summary>
    /// Maps <c>/.well-known/jwks.json</c>, the public halves of the signing keys (RFC 7517), and
    /// <c>/.well-known/oauth-authorization-server</c>, which names them and the issuer (RFC 8414), for GET and HEAD. With them any JWT
    /// library can check tokens. The app does not start if the issuer's name is not an https address: set
    /// <see cref="AgentTokenIssuerOptions.PublicOrigin"/>.
    /// </summary>
    /// <param name="endpoints">The app, or a group.</param>
    /// <returns>A builder for conventions of both.</returns>
    /// <exception cref="InvalidOperationException"><c>AddAgentTokenIssuer</c> was not called.</exception>
    public static IEndpointConventionBuilder MapAgentTokenKeys(this IEndpointRouteBuilder endpoints)
    {
        RequireIssuer(endpoints, "MapAgentTokenKeys()");
        var group = endpoints.MapGroup("");
        var metadata = new ServerMetadataEndpoint(endpoints);
        group.MapMethods(KeySetEndpoint.Path, s_reading, KeySetEndpoint.RunAsync)
            .WithMetadata(new KeySetEndpoint(endpoints)).AllowAnonymous();
        group.MapMethods(AgentTokenDefaults.MetadataPath, s_reading, metadata.RunAsync).WithMetadata(metadata).AllowAnonymous();
        return group;
    }

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints, TokenEndpointGroup group, string pattern, AgentTokenEndpoint endpoint) =>
        endpoints.MapPost(pattern, endpoint.RunAsync).WithMetadata(new TokenEndpointMarker(group, endpoint.Operation));

    // Beside the endpoint that takes JSON: routing decides by the content type.
    private static IEndpointConventionBuilder MapForm(IEndpointRouteBuilder endpoints, string pattern, AgentTokenEndpoint endpoint) =>
        endpoints.MapPost(pattern, endpoint.RunAsync).WithMetadata(new AcceptsMetadata([RequestBody.Form]));

    // AllowAnonymous would override a policy. Without it, the app's fallback policy would apply.
    private static void AllowAnonymousUnlessGuarded(EndpointBuilder endpoint)
    {
        if (!EndpointPolicy.IsIn(endpoint.Metadata)) endpoint.Metadata.Add(new AllowAnonymousAttribute());
    }

    internal static void RequireIssuer(IEndpointRouteBuilder endpoints, string call)
    {
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(CurrentIssuer)) == false)
            throw new InvalidOperationException($"Call builder.Services.AddAgentTokenIssuer(…) before app.{call}.");
    }
}
