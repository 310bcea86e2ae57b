using System.Security.Claims;

namespace Agentdom.AspNetCore;

/// <summary>Says which agent sent a request.</summary>
public static class AgentPrincipalExtensions
{
    /// <summary>
    /// The id of the agent whose token the request has, or null if there is none. Users of the app's other schemes have no agent id. It is
    /// never null if the endpoint requires agent scopes and does not allow anonymous callers.
    /// </summary>
    /// <param name="user">The user of the request.</param>
    public static string? GetAgentId(this ClaimsPrincipal user) => Agent(user)?.FindFirst(AgentTokenDefaults.AgentIdClaimType)?.Value;

    /// <summary>
    /// All scopes of the agent's token, which can be more than the endpoint requires. It is empty if the request has no token.
    /// </summary>
    /// <param name="user">The user of the request.</param>
    public static IReadOnlyList<string> GetAgentScopes(this ClaimsPrincipal user) =>
        Agent(user) is { } agent ? [.. agent.FindAll(AgentTokenDefaults.ScopeClaimType).Select(static claim => claim.Value)] : [];

    private static ClaimsIdentity? Agent(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Identities.FirstOrDefault(static i => i.AuthenticationType == AgentTokenDefaults.AuthenticationScheme);
    }
}
