namespace Agentdom.Client;

/// <summary>Stores new tokens, and revokes the earlier tokens that their entries cannot remember.</summary>
internal static class TokenKeeping
{
    /// <exception cref="AtpException">The token could not be stored. Nothing was revoked.</exception>
    internal static void Keep(AtpClient client, TokenStore store, StoredToken token) => RevokeDropped(client, store.Save(token));

    /// <summary>Stores tokens of different entries.</summary>
    /// <returns>The failure of each, or null. Of those that failed nothing was revoked.</returns>
    internal static IReadOnlyList<AtpException?> KeepAll(AtpClient client, TokenStore store, IReadOnlyList<StoredToken> tokens)
    {
        var saved = store.SaveAll(tokens);
        foreach (var one in saved) RevokeDropped(client, one.Dropped);
        return [.. saved.Select(static one => one.Failure)];
    }

    private static void RevokeDropped(AtpClient client, IReadOnlyList<EarlierToken> tokens)
    {
        foreach (var dropped in tokens) client.TryRevoke(dropped.RevokeEndpoint, dropped.AccessToken);
    }
}
