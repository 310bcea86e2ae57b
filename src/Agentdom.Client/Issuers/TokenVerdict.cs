namespace Agentdom.Client;

/// <summary>What an issuer says of a token (protocol.md §7).</summary>
internal sealed record TokenVerdict
{
    /// <summary>Whether the token is good right now.</summary>
    public required bool IsValid { get; init; }

    /// <summary>The scopes it is good for; empty where it is not valid or the issuer does not say.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>When it ends (UTC), where the issuer says so.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The agent it was issued to, where the issuer says so.</summary>
    public string? AgentId { get; init; }
}
