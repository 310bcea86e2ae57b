using Agentdom.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Requires scopes for an app's own endpoints.</summary>
public static class AgentTokenAuthorizationExtensions
{
    /// <summary>
    /// Allows only requests with a token that has all of these scopes. Without a valid token the answer is 401, without the
    /// scopes it is 403. Only the token counts: scopes of users that another scheme of the endpoint authenticates do not.
    /// For controllers, there is <see cref="AgentScopeAttribute"/>.
    /// </summary>
    /// <param name="endpoint">The endpoint or group.</param>
    /// <param name="scopes">One or more scopes.</param>
    /// <exception cref="ArgumentException">There are no scopes, or one is not a scope-token.</exception>
    public static TBuilder RequireAgentScope<TBuilder>(this TBuilder endpoint, params string[] scopes)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(AgentScopeRequirement.Policy).WithMetadata(AgentScopeRequirement.For(scopes));
}
