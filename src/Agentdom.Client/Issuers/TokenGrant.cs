namespace Agentdom.Client;

/// <summary>A granted token. <see cref="ToString"/> never contains it.</summary>
internal sealed class TokenGrant
{
    /// <summary>The bearer token, opaque to the agent.</summary>
    public required string AccessToken { get; init; }

    /// <summary>The token type, <c>Bearer</c>.</summary>
    public required string TokenType { get; init; }

    /// <summary>The token's lifetime in seconds.</summary>
    public required long ExpiresIn { get; init; }

    /// <summary>When it was requested (UTC, this machine's clock).</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>The expiry (UTC, this machine's clock). It counts from the request, so it is never too late.</summary>
    public DateTimeOffset ExpiresAt => IssuedAt.AddSeconds(ExpiresIn);

    /// <summary>The granted scopes.</summary>
    public required IReadOnlyList<string> ScopesGranted { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"TokenGrant ({string.Join(" ", ScopesGranted)})";
}
