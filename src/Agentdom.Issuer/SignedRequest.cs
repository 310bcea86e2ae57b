namespace Agentdom.Issuer;

/// <summary>A token request with a valid signature and fields within the protocol's limits.</summary>
internal sealed class SignedRequest
{
    /// <summary>The 32 bytes of the signature.</summary>
    internal required byte[] Signature { get; init; }

    internal required string AgentId { get; init; }

    internal required string Purpose { get; init; }

    internal required IReadOnlyList<string> Scopes { get; init; }

    internal required DateTimeOffset Timestamp { get; init; }

    internal required string? Audience { get; init; }
}
