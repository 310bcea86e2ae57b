namespace Agentdom.Client;

/// <summary>
/// A token that a newer one replaced in its entry. It is not revoked at once, because a script may still use it. It is kept until
/// it expires, so that revoking the entry revokes it too.
/// </summary>
internal sealed record EarlierToken
{
    /// <summary>The bearer token.</summary>
    public required string AccessToken { get; init; }

    /// <summary>The expiry (UTC).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The endpoint that revokes it.</summary>
    public required Uri RevokeEndpoint { get; init; }

    /// <summary>The expiry, never the token.</summary>
    public override string ToString() => $"expires at {ExpiresAt:u}";
}
