using Microsoft.AspNetCore.Authorization;

namespace Agentdom.AspNetCore;

/// <summary>Requires that the token has all of these scopes.</summary>
internal sealed class AgentScopeRequirement(IReadOnlyList<string> scopes)
    : AuthorizationHandler<AgentScopeRequirement>, IAuthorizationRequirement
{
    internal IReadOnlyList<string> Scopes => scopes;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AgentScopeRequirement requirement)
    {
        if (requirement.Scopes.All(scope => context.User.HasClaim(AgentTokenDefaults.ScopeClaimType, scope))) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
