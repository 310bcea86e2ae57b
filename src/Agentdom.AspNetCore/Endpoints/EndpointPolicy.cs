using Microsoft.AspNetCore.Authorization;

namespace Agentdom.AspNetCore;

/// <summary>Whether a policy guards an endpoint.</summary>
internal static class EndpointPolicy
{
    /// <summary>Whether there is anything in the metadata that ASP.NET Core's authorization takes requirements from.</summary>
    internal static bool IsIn(IEnumerable<object> metadata) =>
        metadata.Any(static item => item is IAuthorizeData or AuthorizationPolicy or IAuthorizationRequirementData);
}
