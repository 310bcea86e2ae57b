using Microsoft.AspNetCore.Authorization;

namespace Agentdom.AspNetCore;

/// <summary>
/// Allows only requests with a token that has all of these scopes, as <c>RequireAgentScope</c> does: for controllers, their actions,
/// page models and the handlers of minimal endpoints. With several attributes, for example on a controller and its action, the scopes
/// of all of them are needed. <c>AllowAnonymous</c> overrides it, as it overrides <c>Authorize</c>. On a SignalR hub it is checked for
/// the connection. On a hub's method it lets nobody in.
/// </summary>
/// <remarks>
/// It needs <c>AddAgentToken()</c>. In an app with an <see cref="IAuthorizationPolicyProvider"/> of its own, that must pass names that
/// it does not know to <see cref="DefaultAuthorizationPolicyProvider"/>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
// SignalR ignores attributes of a hub's methods that are not derived from AuthorizeAttribute.
public sealed class AgentScopeAttribute : AuthorizeAttribute, IAuthorizationRequirementData
{
    private readonly AgentScopeRequirement _requirement;

    /// <summary>Creates the attribute.</summary>
    /// <param name="scopes">One or more scopes.</param>
    /// <exception cref="ArgumentException">There are no scopes, or one is not a scope-token.</exception>
    public AgentScopeAttribute(params string[] scopes) : base(AgentScopeRequirement.PolicyName)
    {
        AuthenticationSchemes = AgentTokenDefaults.AuthenticationScheme;
        _requirement = AgentScopeRequirement.For(scopes);
    }

    /// <summary>The scopes.</summary>
    public IReadOnlyList<string> Scopes => _requirement.Scopes;

    IEnumerable<IAuthorizationRequirement> IAuthorizationRequirementData.GetRequirements() => [_requirement];
}
