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

    /// <summary>Which grants are refused. What is refused is revoked, best effort.</summary>
    internal GrantLimit Limit { get; init; } = GrantLimit.Scopes;

    /// <summary>The acquisition that renews a stored token.</summary>
    /// <exception cref="AtpException">What is stored is outside the protocol's limits.</exception>
    internal static TokenAcquisition Again(StoredToken token, GrantLimit limit) => new()
    {
        Host = AtpHost.Parse(token.Host),
        Request = new TokenRequest(token.AgentId, token.ScopesRequested, token.Purpose),
        Endpoint = token.IsEndpointGiven ? token.TokenEndpoint : null,
        TrustedEndpointHosts = token.TrustedEndpointHosts,
        Limit = limit,
    };

    /// <summary>Reads the manifest, signs the request and sends it.</summary>
    /// <exception cref="AtpException">The host granted no token.</exception>
    internal async Task<StoredToken> RunAsync(AtpClient client, SharedSecret secret, Deadline deadline)
    {
        var manifest = Endpoint is null
            ? await client.GetManifestAsync(Host, TrustedEndpointHosts, deadline).ConfigureAwait(false)
            : AgentdomManifest.ForEndpoint(Host, Endpoint);
        var grant = await client.RequestTokenAsync(manifest, Request, secret, deadline).ConfigureAwait(false);
        var token = new StoredToken
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
        if (GrantExcess.Of(token) is { } excess && IsRefused(excess)) throw await RefuseAsync(client, token, excess).ConfigureAwait(false);
        return token;
    }

    private bool IsRefused(GrantExcess excess) => Limit switch
    {
        GrantLimit.None => false,
        GrantLimit.Scopes => excess.Scopes.Count > 0,
        _ => true,
    };

    private static async Task<AtpException> RefuseAsync(AtpClient client, StoredToken token, GrantExcess excess)
    {
        var isRevoked = await client.TryRevokeAsync(token.RevokeEndpoint, token.AccessToken).ConfigureAwait(false);
        var fate = isRevoked
            ? "The token was refused and revoked."
            : $"The token was refused. It could not be revoked and may be valid until {TimeText.Moment(token.ExpiresAt)}.";
        return new AtpException(AtpError.GrantExceeded, $"{excess.Description} {fate}",
            excess.Scopes.Count > 0
                ? "Ask the provider why. If you need these scopes, request them."
                : "Ask the provider for tokens that expire within 24 hours.");
    }
}
