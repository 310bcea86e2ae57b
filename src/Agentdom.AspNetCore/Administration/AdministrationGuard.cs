using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>Decides whether an endpoint is open to everyone, and keeps agents out.</summary>
internal static class AdministrationGuard
{
    /// <summary>Gives an endpoint without a policy of its own the app's fallback policy, if there is one.</summary>
    internal static void AddFallback(EndpointBuilder endpoint, IServiceProvider services)
    {
        if (endpoint.Metadata.OfType<IAuthorizeData>().Any()) return;
        if (!EndpointPolicy.IsIn(endpoint.Metadata))
        {
            var policies = services.GetService<IAuthorizationPolicyProvider>();
            if (policies?.GetFallbackPolicyAsync().GetAwaiter().GetResult() is not { } fallback) return;
            endpoint.Metadata.Add(fallback);
        }
        // With it, requests fail if the app has no authorization middleware. Without it, the policy would be ignored.
        endpoint.Metadata.Add(new AuthorizeAttribute());
    }

    /// <returns>What is wrong, or null if a policy guards the endpoint.</returns>
    internal static string? Problem(Endpoint endpoint)
    {
        // It overrides every policy, in whatever order they were added.
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return "AllowAnonymous() lets everyone in";
        return EndpointPolicy.IsIn(endpoint.Metadata) ? null : "no policy guards them";
    }

    /// <summary>
    /// Whether the request is from an agent that the endpoint does not expect. A policy that lets any user in would let any agent in,
    /// if agent tokens are the app's only scheme or its default one.
    /// </summary>
    internal static bool IsStrayAgent(HttpContext request) =>
        AgentScopeRequirement.ScopesIn(request.GetEndpoint()?.Metadata ?? []).Count == 0
        && request.User.Identities.Any(static identity => identity.AuthenticationType == AgentTokenDefaults.AuthenticationScheme);
}
