using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Protects an app's own endpoints with agent tokens.</summary>
public static class AgentTokenAuthenticationExtensions
{
    /// <summary>Adds the scheme that reads agent tokens from the Authorization header. It needs <c>AddAgentTokenIssuer</c>.</summary>
    /// <param name="authentication">What <c>AddAuthentication()</c> returned.</param>
    public static AuthenticationBuilder AddAgentToken(this AuthenticationBuilder authentication)
    {
        authentication.Services.AddAuthorization();
        return authentication.AddScheme<AuthenticationSchemeOptions, AgentTokenHandler>(AgentTokenDefaults.AuthenticationScheme, null);
    }
}
