namespace Agentdom.Issuer;

/// <summary>The token that an id stands for. When it is rotated, another token takes its place under the same id.</summary>
/// <param name="Id">The id: 32 hex digits.</param>
/// <param name="TokenId">The token's <c>jti</c>.</param>
/// <param name="KeyId">The token's <c>akid</c>.</param>
/// <param name="Scopes">Its scopes.</param>
/// <param name="CreatedAt">When the first token of this id was issued (UTC), in whole seconds.</param>
/// <param name="IssuedAt">When the token was issued (UTC), in whole seconds.</param>
/// <param name="Lifetime">How long the token is valid, in whole seconds.</param>
internal sealed record ManagedToken(
    string Id, string TokenId, string KeyId, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset IssuedAt,
    TimeSpan Lifetime)
{
    internal DateTimeOffset ExpiresAt => IssuedAt + Lifetime;

    /// <summary>What is in the token.</summary>
    internal AgentToken ContentFor(string agentId) => new()
    {
        TokenId = TokenId,
        AgentId = agentId,
        Scopes = Scopes,
        Purpose = "",
        IssuedAt = IssuedAt,
        ExpiresAt = ExpiresAt,
        SecretKeyId = KeyId,
    };
}
