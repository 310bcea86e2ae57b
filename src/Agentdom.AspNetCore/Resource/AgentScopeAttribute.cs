using Microsoft.AspNetCore.Authorization;

namespace Agentdom.AspNetCore;

/// <summary>
/// Allows only requests with a token that has all of these scopes, as <c>RequireAgentScope</c> does: for controllers, their actions,
/// page models and the handlers of minimal endpoints. With several attributes, for example on a controller and its action, the scopes
/// of all of them are needed. <c>AllowAnonymous</c> overrides it, as it overrides <c>Authorize</c>.
/// </summary>
/// <remarks>
/// It needs <c>AddAgentToken()</c>. In an app with an <see cref="IAuthorizationPolicyProvider"/> of its own, that must pass names that
/// it does not know to <see cref="DefaultAuthorizationPolicyProvider"/>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class AgentScopeAttribute : Attribute, IAuthorizeData, IAuthorizationRequirementData
{
    private readonly AgentScopeRequirement _requirement;

    /// <summary>Creates the attribute.</summary>
    /// <param name="scopes">One or more scopes.</param>
    /// <exception cref="ArgumentException">There are no scopes, or one is not a scope-token.</exception>
    public AgentScopeAttribute(params string[] scopes) => _requirement = AgentScopeRequirement.For(scopes);

    /// <summary>The scopes.</summary>
    public IReadOnlyList<string> Scopes => _requirement.Scopes;

    string? IAuthorizeData.Policy
    {
        get => AgentScopeRequirement.PolicyName;
        set => throw new NotSupportedException();
    }

    string? IAuthorizeData.Roles
    {
        get => null;
        set => throw new NotSupportedException();
    }

    string? IAuthorizeData.AuthenticationSchemes
    {
        get => AgentTokenDefaults.AuthenticationScheme;
        set => throw new NotSupportedException();
    }

    IEnumerable<IAuthorizationRequirement> IAuthorizationRequirementData.GetRequirements() => [_requirement];
}
