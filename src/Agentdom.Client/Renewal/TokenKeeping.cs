namespace Agentdom.Client;

/// <summary>Stores a new token, and revokes tokens that no entry remembers.</summary>
internal static class TokenKeeping
{
    /// <exception cref="AtpException">The token could not be stored. Nothing was revoked.</exception>
    internal static void Keep(AtpClient client, TokenStore store, StoredToken token) => Revoke(client, store.Save(token));

    /// <summary>Revokes tokens in parallel. Best effort, within a few seconds.</summary>
    internal static void Revoke(AtpClient client, IReadOnlyCollection<EarlierToken> tokens)
    {
        if (tokens.Count == 0) return;
        Task.Run(() => Task.WhenAll(tokens.Select(t => client.TryRevokeAsync(t.RevokeEndpoint, t.AccessToken)))).GetAwaiter().GetResult();
    }
}
