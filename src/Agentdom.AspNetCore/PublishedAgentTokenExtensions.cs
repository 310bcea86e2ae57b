using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints that the published AgentDOM client (npm <c>agentdom</c>) calls.</summary>
public static class PublishedAgentTokenExtensions
{
    private const string Call = "MapPublishedAgentTokens()";

    /// <summary>
    /// Maps endpoints at which a registered agent issues, rotates, revokes and lists tokens with its API key (protocol.md §10). The
    /// manifest of <see cref="AgentTokenEndpointExtensions.MapAgentdomManifest"/> names them as <c>auth.agent_tokens</c>.
    /// </summary>
    /// <param name="endpoints">The app, or a group.</param>
    /// <param name="pattern">
    /// A path such as <c>/v1/agent-tokens/managed</c>. If it is null, it is <c>managed</c> below the path of
    /// <see cref="AgentTokenEndpointExtensions.MapAgentTokens"/> on the same app or group.
    /// </param>
    /// <returns>A builder for conventions of all four.</returns>
    /// <exception cref="InvalidOperationException">
    /// <c>AddAgentTokenIssuer</c> was not called, or there is no pattern and <c>MapAgentTokens</c> was not called before. When the app
    /// starts, it also means that the app's own state does not implement <see cref="Agentdom.Issuer.IManagedTokenStore"/>.
    /// </exception>
    public static IEndpointConventionBuilder MapPublishedAgentTokens(this IEndpointRouteBuilder endpoints, string? pattern = null)
    {
        AgentTokenEndpointExtensions.RequireIssuer(endpoints, Call);
        pattern ??= endpoints.ServiceProvider.GetRequiredService<MappedTokenEndpoints>().PatternOn(endpoints) is { } tokens
            ? tokens.TrimEnd('/') + "/managed"
            : throw new InvalidOperationException($"Call MapAgentTokens(…) before {Call} on the same app or group, or give it a pattern.");
        var group = endpoints.MapGroup(pattern);
        // Agents authenticate with their API key and have none of the app's own credentials.
        group.AllowAnonymous();
        group.MapPost("", ManagedTokenEndpoint.Issue.RunAsync).WithMetadata(new ManagedTokenMarker(endpoints));
        group.MapGet("", ManagedTokenEndpoint.List.RunAsync);
        group.MapPost("/{id}/rotate", ManagedTokenEndpoint.Rotate.RunAsync);
        group.MapDelete("/{id}", ManagedTokenEndpoint.Revoke.RunAsync);
        return group;
    }
}
