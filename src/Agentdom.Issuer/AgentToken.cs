using System.Globalization;

namespace Agentdom.Issuer;

/// <summary>The content of a validated token.</summary>
public sealed class AgentToken
{
    /// <summary>The token's <c>jti</c>.</summary>
    public required string TokenId { get; init; }

    /// <summary>The id of the agent that the token was issued to.</summary>
    public required string AgentId { get; init; }

    /// <summary>The granted scopes.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The purpose that the agent gave; may be empty.</summary>
    public required string Purpose { get; init; }

    /// <summary>When the token was issued (UTC), in whole seconds.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>The expiry (UTC).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The id of the secret that the token was requested with, or null if it is not known.</summary>
    internal string? SecretKeyId { get; init; }

    /// <summary>The expiry as issuers write it: ISO 8601 in UTC, in whole seconds (protocol.md §7).</summary>
    internal string ExpiresAtText => ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
