namespace Agentdom.Client;

/// <summary>Stores a new token, and revokes tokens that no entry remembers.</summary>
internal static class TokenKeeping
{
    /// <exception cref="AtpException">The token could not be stored. Nothing was revoked.</exception>
    internal static void Keep(AtpClient client, TokenStore store, StoredToken token) => Revoke(client, store.Save(token));

    /// <summary>
    /// Whether a token may be stored although storing it failed, because the vault was interrupted or did not answer in time. Such a
    /// token must not be revoked: the vault would hand out one that is refused.
    /// </summary>
    internal static bool MayBeStored(Exception failure) => failure.InnerException is TimeoutException or OperationCanceledException;

    /// <summary>Revokes tokens in parallel. Best effort, within a few seconds.</summary>
    internal static void Revoke(AtpClient client, IReadOnlyCollection<EarlierToken> tokens) =>
        RevokeAsync(client, tokens).GetAwaiter().GetResult();

    /// <inheritdoc cref="Revoke"/>
    internal static Task RevokeAsync(AtpClient client, IReadOnlyCollection<EarlierToken> tokens) => tokens.Count == 0
        ? Task.CompletedTask
        : Task.Run(() => Task.WhenAll(tokens.Select(t => client.TryRevokeAsync(t.RevokeEndpoint, t.AccessToken))));
}
