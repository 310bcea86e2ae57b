using System.Text;

namespace Agentdom.Issuer;

/// <summary>
/// State in this process's memory: for one node, and for as long as it runs. After a restart revoked tokens are good
/// again until they end, and requests of the last minutes could be replayed: choose a durable state where that matters.
/// </summary>
public sealed class InMemoryIssuerState : IIssuerState
{
    /// <summary>How many signatures, and how many revocations, are remembered at most unless told otherwise.</summary>
    public const int DefaultCapacity = 1_000_000;

    private readonly ExpiringSet _signatures;
    private readonly ExpiringSet _revoked;

    /// <summary>Makes an empty state.</summary>
    /// <param name="capacity">The most signatures, and the most revocations, to remember; above it requests are refused.</param>
    /// <param name="time">The clock.</param>
    public InMemoryIssuerState(int capacity = DefaultCapacity, TimeProvider? time = null)
    {
        _signatures = new ExpiringSet(capacity, time ?? TimeProvider.System);
        _revoked = new ExpiringSet(capacity, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        new(_signatures.Add(signature, until));

    /// <inheritdoc/>
    public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel)
    {
        _revoked.Add(Hash(tokenId), until);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        new(_revoked.Contains(Hash(tokenId), until));

    private static byte[] Hash(string tokenId) => Sha256.Compute(Encoding.UTF8.GetBytes(tokenId));
}
