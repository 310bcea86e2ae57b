namespace Agentdom.AspNetCore;

/// <summary>Names used by the resource side.</summary>
public static class AgentTokenDefaults
{
    /// <summary>The authentication scheme that <c>AddAgentToken()</c> registers.</summary>
    public const string AuthenticationScheme = "AgentToken";

    /// <summary>The name of the <c>Meter</c> and of the <c>ActivitySource</c>.</summary>
    public const string TelemetryName = "Agentdom.Issuer";

    /// <summary>The claim type that holds one granted scope each.</summary>
    public const string ScopeClaimType = "scope";

    /// <summary>The claim type of the agent's id.</summary>
    public const string AgentIdClaimType = "sub";

    /// <summary>The claim type of what the agent said the token is for.</summary>
    public const string PurposeClaimType = "purpose";
}
