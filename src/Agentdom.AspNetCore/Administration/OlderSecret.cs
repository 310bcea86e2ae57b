namespace Agentdom.AspNetCore;

/// <summary>
/// A secret that an agent already uses, such as the shared one. The agent keeps it beside its new one, so that its requests and tokens
/// stay valid until it has the new one.
/// </summary>
public sealed class OlderSecret
{
    /// <summary>The secret, at least 32 bytes of UTF-8.</summary>
    public required string Secret { get; init; }

    /// <summary>When it expires (UTC); null if it stays valid until the next rotation ends it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
