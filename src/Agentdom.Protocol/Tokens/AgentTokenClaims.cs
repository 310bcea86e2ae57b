namespace Agentdom.Protocol;

/// <summary>The names of an agent token's claims beyond the registered ones (protocol.md §6).</summary>
internal static class AgentTokenClaims
{
    /// <summary>The granted scopes, separated by spaces (RFC 8693 §4.2).</summary>
    public const string Scope = "scope";

    /// <summary>The id of the secret that the token was requested with.</summary>
    public const string SecretKeyId = "akid";

    /// <summary>The purpose that the agent gave.</summary>
    public const string Purpose = "purpose";
}
