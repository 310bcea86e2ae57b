using Agentdom.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Tells orchestrators whether the issuer can serve.</summary>
public static class AgentTokenIssuerHealthExtensions
{
    /// <summary>Adds a check that the issuer's state can be reached and written. It needs <c>AddAgentTokenIssuer</c>.</summary>
    /// <param name="checks">What <c>AddHealthChecks()</c> returned.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What is reported where it fails; unhealthy by default.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>.</param>
    public static IHealthChecksBuilder AddAgentTokenIssuerState(
        this IHealthChecksBuilder checks, string name = "agentdom-state", HealthStatus? failureStatus = null, params string[] tags) =>
        checks.AddCheck<IssuerStateHealthCheck>(name, failureStatus, tags);
}
