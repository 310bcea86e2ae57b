using Agentdom.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a health check for the issuer.</summary>
public static class AgentTokenIssuerHealthExtensions
{
    /// <summary>Adds a check that the issuer's state is available and can be written. It needs <c>AddAgentTokenIssuer</c>.</summary>
    /// <param name="checks">What <c>AddHealthChecks()</c> returned.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">The status if it fails. The default is unhealthy.</param>
    /// <param name="tags">Tags to filter checks by, such as <c>ready</c>.</param>
    public static IHealthChecksBuilder AddAgentTokenIssuerState(
        this IHealthChecksBuilder checks, string name = "agentdom-state", HealthStatus? failureStatus = null, params string[] tags) =>
        checks.AddCheck<IssuerStateHealthCheck>(name, failureStatus, tags);
}
