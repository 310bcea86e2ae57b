using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints that agents call.</summary>
public static class AgentTokenEndpointExtensions
{
    /// <summary>Maps the token endpoint, with <c>/verify</c> and <c>/revoke</c> below it (protocol.md §4 to §8).</summary>
    /// <param name="endpoints">The app, or a group.</param>
    /// <param name="pattern">A path such as <c>/v1/agent-tokens</c>.</param>
    /// <returns>A builder for conventions of all three.</returns>
    /// <exception cref="InvalidOperationException"><c>AddAgentTokenIssuer</c> was not called.</exception>
    public static IEndpointConventionBuilder MapAgentTokens(this IEndpointRouteBuilder endpoints, string pattern)
    {
        RequireIssuer(endpoints, "MapAgentTokens(…)");
        endpoints.ServiceProvider.GetRequiredService<MappedTokenEndpoints>().Add(endpoints, pattern);
        var builder = endpoints.MapGroup(pattern);
        var group = new TokenEndpointGroup(endpoints);
        Map(builder, group, "", AgentTokenEndpoint.Mint);
        Map(builder, group, "/verify", AgentTokenEndpoint.Verify);
        Map(builder, group, "/revoke", AgentTokenEndpoint.Revoke);
        return builder;
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
        return endpoints.MapMethods(ManifestFields.Path, [HttpMethods.Get, HttpMethods.Head], manifest.RunAsync)
            .WithMetadata(manifest).AllowAnonymous();
    }

    private static void Map(IEndpointRouteBuilder endpoints, TokenEndpointGroup group, string pattern, AgentTokenEndpoint endpoint) =>
        // Agents authenticate with the signature and have none of the app's own credentials.
        endpoints.MapPost(pattern, endpoint.RunAsync).WithMetadata(new TokenEndpointMarker(group, endpoint.Operation)).AllowAnonymous();

    internal static void RequireIssuer(IEndpointRouteBuilder endpoints, string call)
    {
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(CurrentIssuer)) == false)
            throw new InvalidOperationException($"Call builder.Services.AddAgentTokenIssuer(…) before app.{call}.");
    }
}
