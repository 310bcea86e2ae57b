using System.Globalization;

namespace Agentdom.Issuer;

/// <summary>What a token that was checked says of its holder.</summary>
public sealed class AgentToken
{
    /// <summary>The token's <c>jti</c>.</summary>
    public required string TokenId { get; init; }

    /// <summary>The agent it was issued to.</summary>
    public required string AgentId { get; init; }

    /// <summary>The scopes it is good for.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>What the agent said it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>When it ends (UTC).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Its end as issuers write it: ISO 8601 in UTC, in whole seconds (protocol.md §7).</summary>
    internal string ExpiresAtText => ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
