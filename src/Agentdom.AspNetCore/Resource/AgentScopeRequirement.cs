using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Agentdom.AspNetCore;

/// <summary>Requires that the token has all of these scopes.</summary>
internal sealed class AgentScopeRequirement(IReadOnlyList<string> scopes)
    : AuthorizationHandler<AgentScopeRequirement>, IAuthorizationRequirement
{
    internal IReadOnlyList<string> Scopes => scopes;

    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, AgentScopeRequirement requirement)
    {
        // The user also has the identities of the endpoint's other schemes, whose scopes are not those of an agent. So the agent's
        // scheme is asked itself; it has read the token already.
        if (context.Resource is not HttpContext http) return;
        var agent = (await http.AuthenticateAsync(AgentTokenDefaults.AuthenticationScheme)).Principal;
        if (agent is not null && requirement.Scopes.All(scope => agent.HasClaim(AgentTokenDefaults.ScopeClaimType, scope)))
            context.Succeed(requirement);
    }
}
