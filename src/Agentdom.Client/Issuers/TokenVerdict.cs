namespace Agentdom.Client;

/// <summary>An issuer's answer about a token (protocol.md §7).</summary>
internal sealed record TokenVerdict
{
    /// <summary>Whether the token is valid now.</summary>
    public required bool IsValid { get; init; }

    /// <summary>The token's scopes; empty if it is not valid or the answer has none.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The token's expiry (UTC), if the answer has it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The agent that the token was issued to, if the answer has it.</summary>
    public string? AgentId { get; init; }
}
