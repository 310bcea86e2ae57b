using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>The issuer's state, which logs when it begins to fail and when it works again.</summary>
internal sealed class WatchedState(IIssuerState state, ILogger log) : IIssuerState, IManagedTokenStore
{
    private readonly IManagedTokenStore? _store = state as IManagedTokenStore;
    // Apart, because a state that is full or read-only can still be read.
    private readonly Outage _writing = new(log);
    private readonly Outage _reading = new(log);

    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        _writing.WatchAsync(() => state.TryRememberAsync(signature, until, cancel));

    public async ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await _writing.WatchAsync(async () =>
        {
            await state.RevokeAsync(tokenId, until, cancel);
            return true;
        });

    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        _reading.WatchAsync(() => state.IsRevokedAsync(tokenId, until, cancel));

    public ValueTask<ManagedTokenSet?> FindAsync(string agentId, CancellationToken cancel) =>
        _reading.WatchAsync(() => Store.FindAsync(agentId, cancel));

    public ValueTask<bool> TryReplaceAsync(string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel) =>
        _writing.WatchAsync(() => Store.TryReplaceAsync(agentId, version, replacement, cancel));

    /// <summary>Whether the state can also store managed tokens.</summary>
    internal bool StoresManagedTokens => _store is not null;

    private IManagedTokenStore Store => _store ?? throw new InvalidOperationException("The state does not store managed tokens.");
}
