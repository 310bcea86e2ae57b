namespace Agentdom.Client;

/// <summary>Stores a new token, and revokes the earlier tokens that its entry cannot remember.</summary>
internal static class TokenKeeping
{
    /// <exception cref="AtpException">The token could not be stored. Nothing was revoked.</exception>
    internal static void Keep(AtpClient client, TokenStore store, StoredToken token)
    {
        foreach (var dropped in store.Save(token)) client.TryRevoke(dropped.RevokeEndpoint, dropped.AccessToken);
    }
}
