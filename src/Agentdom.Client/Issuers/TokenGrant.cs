namespace Agentdom.Client;

/// <summary>A token as it was granted. <see cref="ToString"/> never holds the token.</summary>
internal sealed class TokenGrant
{
    /// <summary>The bearer token, opaque to the agent.</summary>
    public required string AccessToken { get; init; }

    /// <summary>How it is presented: <c>Bearer</c>.</summary>
    public required string TokenType { get; init; }

    /// <summary>Its life when it was granted, in seconds.</summary>
    public required long ExpiresIn { get; init; }

    /// <summary>When it was asked for (UTC, this machine's clock).</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>When it ends (UTC, this machine's clock): counted from the asking, so never too late.</summary>
    public DateTimeOffset ExpiresAt => IssuedAt.AddSeconds(ExpiresIn);

    /// <summary>The scopes it is good for.</summary>
    public required IReadOnlyList<string> ScopesGranted { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"TokenGrant ({string.Join(" ", ScopesGranted)})";
}
