using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Agentdom.AspNetCore;

/// <summary>
/// Requires a token that has all of these scopes. <c>RequireAgentScope</c> and <see cref="AgentScopeAttribute"/> add it to the metadata
/// of endpoints, together with the policy.
/// </summary>
internal sealed class AgentScopeRequirement : IAuthorizationRequirement, IAuthorizationRequirementData, IAuthorizationHandler
{
    /// <summary>The name of the policy, for attributes.</summary>
    internal const string PolicyName = "Agentdom.AgentToken";

    private AgentScopeRequirement(IReadOnlyList<string> scopes) => Scopes = scopes;

    /// <summary>
    /// What all endpoints with agent scopes have in common. Some places read only the policy of an attribute. It requires the scopes of
    /// the request's endpoint, so that it lets nobody in if there is none, as for a method of a SignalR hub.
    /// </summary>
    internal static AuthorizationPolicy Policy { get; } = new AuthorizationPolicyBuilder(AgentTokenDefaults.AuthenticationScheme)
        .AddRequirements(new AgentScopeRequirement([]))
        .Build();

    internal IReadOnlyList<string> Scopes { get; }

    /// <exception cref="ArgumentException">There are no scopes, or one is not a scope-token.</exception>
    internal static AgentScopeRequirement For(string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        return scopes.Length > 0 && Array.TrueForAll(scopes, ScopeSet.IsScope)
            ? new AgentScopeRequirement(scopes)
            : throw new ArgumentException("Name at least one scope, each of 1 to 128 printable ASCII characters.", nameof(scopes));
    }

    /// <summary>
    /// All scopes that an endpoint requires; for example, a group and its endpoint may each require some. There are none if it allows
    /// anonymous callers.
    /// </summary>
    internal static IReadOnlyList<string> ScopesIn(IEnumerable<object> metadata) => metadata.OfType<IAllowAnonymous>().Any() ? [] :
    [
        .. metadata.OfType<IAuthorizationRequirementData>()
            .SelectMany(static data => data.GetRequirements())
            .OfType<AgentScopeRequirement>()
            .SelectMany(static requirement => requirement.Scopes)
            .Distinct(StringComparer.Ordinal),
    ];

    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];

    public async Task HandleAsync(AuthorizationHandlerContext context)
    {
        // The user also has the identities of the endpoint's other schemes, whose scopes are not those of an agent. So the agent's
        // scheme is asked itself; it has read the token already.
        var http = context.Resource is AuthorizationFilterContext filter ? filter.HttpContext : context.Resource as HttpContext;
        if (http is null) return;
        var needed = Scopes.Count > 0 ? Scopes : ScopesIn(http.GetEndpoint()?.Metadata ?? []);
        if (needed.Count == 0) return;
        var agent = (await http.AuthenticateAsync(AgentTokenDefaults.AuthenticationScheme)).Principal;
        if (agent is not null && needed.All(scope => agent.HasClaim(AgentTokenDefaults.ScopeClaimType, scope))) context.Succeed(this);
    }
}
