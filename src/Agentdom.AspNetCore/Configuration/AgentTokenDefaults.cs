namespace Agentdom.AspNetCore;

/// <summary>Names of the authentication scheme, of telemetry and of claims.</summary>
public static class AgentTokenDefaults
{
    /// <summary>
    /// The authentication scheme that <c>AddAgentToken()</c> registers, and the <c>AuthenticationType</c> of an agent's identity.
    /// </summary>
    public const string AuthenticationScheme = "AgentToken";

    /// <summary>The name of the <c>Meter</c> and of the <c>ActivitySource</c>.</summary>
    public const string TelemetryName = "Agentdom.Issuer";

    /// <summary>
    /// The name of the <c>HttpClient</c> that asks an issuer in another process. Configure it with
    /// <c>builder.Services.AddHttpClient(AgentTokenDefaults.BackchannelName)</c>, for example to add a credential or a proxy.
    /// </summary>
    public const string BackchannelName = "Agentdom.Issuer";

    /// <summary>The claim type of scopes. There is one claim for each granted scope.</summary>
    public const string ScopeClaimType = "scope";

    /// <summary>The claim type of the agent's id.</summary>
    public const string AgentIdClaimType = "sub";

    /// <summary>The claim type of the purpose that the agent gave.</summary>
    public const string PurposeClaimType = "purpose";
}
