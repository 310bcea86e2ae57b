namespace Agentdom.Issuer;

/// <summary>Reads and changes the managed tokens of agents. A change of another caller is never lost.</summary>
internal sealed class ManagedTokenTable(IManagedTokenStore store)
{
    private const int MaxAttempts = 100;
    private const int MaxPauseMilliseconds = 20;

    /// <exception cref="IssuerStateException">The store is unavailable.</exception>
    internal async ValueTask<IReadOnlyList<ManagedToken>> ReadAsync(string agentId, CancellationToken cancel) =>
        Read(await store.FindAsync(agentId, cancel).ConfigureAwait(false));

    /// <summary>Changes the tokens of an agent.</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="change">
    /// Returns the new tokens, or null for no change, and a result. If another caller was faster, it is called again.
    /// </param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The result, once the change is stored.</returns>
    /// <exception cref="IssuerStateException">The store is unavailable. The change may be stored or not.</exception>
    internal async ValueTask<T> ChangeAsync<T>(
        string agentId, Func<IReadOnlyList<ManagedToken>, ValueTask<(IReadOnlyList<ManagedToken>? Tokens, T Result)>> change,
        CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await store.FindAsync(agentId, cancel).ConfigureAwait(false);
            var (tokens, result) = await change(Read(current)).ConfigureAwait(false);
            if (tokens is null) return result;
            var replacement = tokens.Count == 0
                ? null
                : new ManagedTokenSet(Guid.NewGuid(), ManagedTokenText.Write(tokens), tokens.Max(static token => token.ExpiresAt));
            if (await store.TryReplaceAsync(agentId, current?.Version, replacement, cancel).ConfigureAwait(false)) return result;
            // Random, so that the same callers do not meet again.
            await Task.Delay(RandomBytes.Make(1)[0] % MaxPauseMilliseconds, cancel).ConfigureAwait(false);
        }
        throw new IssuerStateException("Too many callers change the managed tokens of an agent at the same time.");
    }

    private static IReadOnlyList<ManagedToken> Read(ManagedTokenSet? set) => set is null ? [] : ManagedTokenText.Read(set.Content);
}
