using System.Text;

namespace Agentdom.Issuer;

/// <summary>
/// State in this process's memory, for a single node. It is lost on restart: revoked tokens are then valid again until they
/// expire, and requests of the last minutes can be replayed. If that matters, use a durable state.
/// </summary>
public sealed class InMemoryIssuerState : IIssuerState, IManagedTokenStore
{
    /// <summary>The default of the maximum number of signatures, and of revocations.</summary>
    public const int DefaultCapacity = 1_000_000;

    private readonly ExpiringSet _signatures;
    private readonly ExpiringSet _revoked;
    private readonly InMemoryTokenSets _managed;

    /// <summary>Creates an empty state.</summary>
    /// <param name="capacity">
    /// The maximum number of signatures, of revocations, and of agents with managed tokens. Above it, requests are refused.
    /// </param>
    /// <param name="time">The clock.</param>
    public InMemoryIssuerState(int capacity = DefaultCapacity, TimeProvider? time = null)
    {
        _signatures = new ExpiringSet(capacity, time ?? TimeProvider.System);
        _revoked = new ExpiringSet(capacity, time ?? TimeProvider.System);
        _managed = new InMemoryTokenSets(
            capacity, time ?? TimeProvider.System, until => _revoked.Forget(until.ToUnixTimeMilliseconds()));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel)
    {
        var isNew = _signatures.Add(signature, until);
        // After adding, because a key that was dropped meanwhile is new again.
        if (isNew && until.ToUnixTimeMilliseconds() <= _signatures.ForgottenUntil)
            throw IssuerStateException.ClockSetBack(_signatures.ForgottenUntil);
        return new(isNew);
    }

    /// <inheritdoc/>
    public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel)
    {
        _revoked.Add(Hash(tokenId), until);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        new(_revoked.Contains(Hash(tokenId), until) || until.ToUnixTimeMilliseconds() <= _revoked.ForgottenUntil);

    ValueTask<ManagedTokenSet?> IManagedTokenStore.FindAsync(string agentId, CancellationToken cancel) => new(_managed.Find(agentId));

    ValueTask<bool> IManagedTokenStore.TryReplaceAsync(
        string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel) =>
        new(_managed.TryReplace(agentId, version, replacement));

    private static byte[] Hash(string tokenId) => Sha256.Compute(Encoding.UTF8.GetBytes(tokenId));
}
