namespace Agentdom.Benchmarks;

/// <summary>Tokens for a vault, of the usual size. No issuer knows them.</summary>
internal static class BenchmarkTokens
{
    internal static StoredToken Make(AtpHost host, string[] scopes, string agent, DateTimeOffset issuedAt, DateTimeOffset expiresAt)
    {
        var manifest = AgentdomManifest.ForEndpoint(host, new Uri(host.Origin, "/v1/agent-tokens"));
        return new StoredToken
        {
            Host = host.Name,
            AccessToken = new string('x', 500),
            TokenType = "Bearer",
            IssuedAt = issuedAt,
            ExpiresAt = expiresAt,
            ScopesRequested = scopes,
            ScopesGranted = scopes,
            AgentId = agent,
            Purpose = "Benchmark",
            TokenEndpoint = manifest.TokenEndpoint,
            VerifyEndpoint = manifest.VerifyEndpoint,
            RevokeEndpoint = manifest.RevokeEndpoint,
        };
    }
}
