namespace Agentdom.Vaults;

/// <summary>What Tab offers of a stored token.</summary>
internal sealed class KnownToken(StoredToken token)
{
    internal string Host { get; } = token.Host;

    internal string[] Scopes { get; } = token.ScopesRequested.ToArray();

    internal string AgentId { get; } = token.AgentId;
}
