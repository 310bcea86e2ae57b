namespace Agentdom.Tests.Support;

/// <summary>Stores tokens in the vault with a given remaining lifetime.</summary>
internal static class StoredTokens
{
    /// <summary>A token with a lifetime of one hour, of which this much is left.</summary>
    internal static StoredToken Make(string host, TimeSpan left, params string[] scopes)
    {
        var manifest = AgentdomManifest.ForEndpoint(AtpHost.Parse(host), new Uri($"http://{host}/v1/agent-tokens"));
        var request = new TokenRequest { AgentId = "test-agent", Scopes = scopes.Length > 0 ? scopes : ["data.read"] };
        return StoredToken.From(manifest, request, new TokenGrant
        {
            AccessToken = "the.old.token",
            TokenType = "Bearer",
            ExpiresIn = 3600,
            IssuedAt = DateTimeOffset.UtcNow + left - TimeSpan.FromHours(1),
            ScopesGranted = request.Scopes,
        });
    }

    internal static void Save(StoredToken token) => new TokenStore(new FileVault()).Save(token);
}
