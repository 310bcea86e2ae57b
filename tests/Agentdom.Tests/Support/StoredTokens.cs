namespace Agentdom.Tests.Support;

/// <summary>Stores tokens in the vault with a given remaining lifetime.</summary>
internal static class StoredTokens
{
    /// <summary>A token with a lifetime of one hour, of which this much is left.</summary>
    internal static StoredToken Make(string host, TimeSpan left, params string[] scopes)
    {
        var at = AtpHost.Parse(host);
        var manifest = AgentdomManifest.ForEndpoint(at, new Uri(at.Origin, "/v1/agent-tokens"));
        var requested = scopes.Length > 0 ? scopes : ["data.read"];
        var issuedAt = DateTimeOffset.UtcNow + left - TimeSpan.FromHours(1);
        return new StoredToken
        {
            Host = manifest.Host.Name,
            AccessToken = "the.old.token",
            TokenType = "Bearer",
            IssuedAt = issuedAt,
            ExpiresAt = issuedAt.AddHours(1),
            ScopesRequested = requested,
            ScopesGranted = requested,
            AgentId = AgentId.Current().Value,
            Purpose = "",
            TokenEndpoint = manifest.TokenEndpoint,
            VerifyEndpoint = manifest.VerifyEndpoint,
            RevokeEndpoint = manifest.RevokeEndpoint,
        };
    }

    internal static void Save(StoredToken token) => new TokenStore(new FileVault()).Save(token);
}
