using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;

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
    internal string ExpiresAtText => TimeText(ExpiresAt);

    internal static string TimeText(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The content of a token whose signature and claims were checked, or null if it is not an agent token.</summary>
    /// <param name="jwt">The token.</param>
    /// <param name="secretKeyId">The id of the secret, if the token does not contain it.</param>
    internal static AgentToken? Of(JsonWebToken jwt, string? secretKeyId = null)
    {
        if (!jwt.TryGetPayloadValue<string?>(AgentTokenClaims.Scope, out var scope) || scope is null
            || string.IsNullOrEmpty(jwt.Id) || string.IsNullOrEmpty(jwt.Subject)) return null;
        return new AgentToken
        {
            TokenId = jwt.Id,
            AgentId = jwt.Subject,
            Scopes = scope.Split(' '),
            Purpose = jwt.TryGetPayloadValue<string?>(AgentTokenClaims.Purpose, out var purpose) ? purpose ?? "" : "",
            IssuedAt = new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero),
            SecretKeyId = jwt.TryGetPayloadValue<object?>(AgentTokenClaims.SecretKeyId, out var keyId) ? keyId as string : secretKeyId,
        };
    }
}
