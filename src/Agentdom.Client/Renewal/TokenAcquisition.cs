namespace Agentdom.Client;

/// <summary>Everything that is needed to request a token from a host and to renew it.</summary>
internal sealed record TokenAcquisition
{
    internal required AtpHost Host { get; init; }

    internal required TokenRequest Request { get; init; }

    /// <summary>The token endpoint. If it is set, the host's manifest is not read.</summary>
    internal Uri? Endpoint { get; init; }

    /// <summary>Additional host names on which the host's endpoints may be.</summary>
    internal IReadOnlyList<string> TrustedEndpointHosts { get; init; } = [];

    /// <summary>The acquisition that renews a stored token.</summary>
    /// <exception cref="AtpException">What is stored is outside the protocol's limits.</exception>
    internal static TokenAcquisition Again(StoredToken token) => new()
    {
        Host = AtpHost.Parse(token.Host),
        Request = new TokenRequest(token.AgentId, token.ScopesRequested, token.Purpose),
        Endpoint = token.IsEndpointGiven ? token.TokenEndpoint : null,
        TrustedEndpointHosts = token.TrustedEndpointHosts,
    };

    /// <summary>Reads the manifest, signs the request and sends it.</summary>
    /// <exception cref="AtpException">The host granted no token.</exception>
    internal async Task<StoredToken> RunAsync(AtpClient client, SharedSecret secret, Deadline deadline)
    {
        var manifest = Endpoint is null
            ? await client.GetManifestAsync(Host, TrustedEndpointHosts, deadline).ConfigureAwait(false)
            : AgentdomManifest.ForEndpoint(Host, Endpoint);
        var grant = await client.RequestTokenAsync(manifest, Request, secret, deadline).ConfigureAwait(false);
        return new StoredToken
        {
            Host = manifest.Host.Name,
            AccessToken = grant.AccessToken,
            TokenType = grant.TokenType,
            IssuedAt = grant.IssuedAt,
            ExpiresAt = grant.ExpiresAt,
            ScopesRequested = Request.Scopes,
            ScopesGranted = grant.ScopesGranted,
            AgentId = Request.AgentId,
            Purpose = Request.Purpose,
            TokenEndpoint = manifest.TokenEndpoint,
            VerifyEndpoint = manifest.VerifyEndpoint,
            RevokeEndpoint = manifest.RevokeEndpoint,
            IsEndpointGiven = Endpoint is not null,
            TrustedEndpointHosts = TrustedEndpointHosts,
        };
    }
}
