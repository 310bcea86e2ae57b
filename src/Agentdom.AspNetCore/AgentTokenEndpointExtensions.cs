using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints that agents call.</summary>
public static class AgentTokenEndpointExtensions
{
    /// <summary>Maps the token endpoint, with <c>/verify</c> and <c>/revoke</c> below it (protocol.md §4 to §8).</summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">A path such as <c>/v1/agent-tokens</c>.</param>
    /// <returns>A builder for conventions of all three.</returns>
    /// <exception cref="InvalidOperationException"><c>AddAgentTokenIssuer</c> was not called.</exception>
    public static IEndpointConventionBuilder MapAgentTokens(this IEndpointRouteBuilder endpoints, string pattern)
    {
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(CurrentIssuer)) == false)
            throw new InvalidOperationException("Call builder.Services.AddAgentTokenIssuer(…) before app.MapAgentTokens(…).");

        var group = endpoints.MapGroup(pattern);
        Map(group, "", AgentTokenEndpoint.Mint).WithMetadata(TokenEndpointMarker.Instance);
        Map(group, "/verify", AgentTokenEndpoint.Verify);
        Map(group, "/revoke", AgentTokenEndpoint.Revoke);
        return group;
    }

    /// <summary>Maps <c>/.well-known/agentdom.json</c>, which names the endpoints of <see cref="MapAgentTokens"/>.</summary>
    /// <param name="endpoints">The app.</param>
    public static IEndpointConventionBuilder MapAgentdomManifest(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(ManifestFields.Path, ManifestWriter.WriteAsync).AllowAnonymous();

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, AgentTokenEndpoint endpoint) =>
        // Agents authenticate with the signature and have none of the app's own credentials.
        endpoints.MapPost(pattern, endpoint.RunAsync).AllowAnonymous();
}
