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
    /// The name of the <c>HttpClient</c> that asks an issuer in another process whether a token was revoked. Configure it with
    /// <c>builder.Services.AddHttpClient(AgentTokenDefaults.IntrospectionClientName)</c>, for example to add this app's credential: it
    /// sends requests to the issuer's introspection endpoint only.
    /// </summary>
    public const string IntrospectionClientName = "Agentdom.Issuer.Introspection";

    /// <summary>
    /// The name of the <c>HttpClient</c> that reads the metadata and the public keys of an issuer in another process. Everyone may read
    /// them, and they may be on other hosts, so add no credential to it.
    /// </summary>
    public const string MetadataClientName = "Agentdom.Issuer.Metadata";

    /// <summary>The path of an issuer's metadata (RFC 8414 §3).</summary>
    internal const string MetadataPath = "/.well-known/oauth-authorization-server";

    /// <summary>The claim type of scopes. There is one claim for each granted scope.</summary>
    public const string ScopeClaimType = "scope";

    /// <summary>The claim type of the agent's id.</summary>
    public const string AgentIdClaimType = "sub";

    /// <summary>The claim type of the purpose that the agent gave.</summary>
    public const string PurposeClaimType = "purpose";
}
