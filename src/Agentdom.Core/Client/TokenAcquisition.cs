using Agentdom.Core.Signing;
using Agentdom.Core.Vaults;

namespace Agentdom.Core.Client;

/// <summary>All that is needed to get a token from a host, now or again when it is renewed.</summary>
public sealed record TokenAcquisition
{
    /// <summary>The host.</summary>
    public required AtpHost Host { get; init; }

    /// <summary>What is asked for.</summary>
    public required TokenRequest Request { get; init; }

    /// <summary>The token endpoint, where it is given by hand and the host's manifest is not asked.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Host names beside the host's own that its endpoints may lie on.</summary>
    public IReadOnlyList<string> TrustedEndpointHosts { get; init; } = [];

    /// <summary>The acquisition that a stored token came from.</summary>
    public static TokenAcquisition Again(StoredToken token) => new()
    {
        Host = AtpHost.Parse(token.Host),
        Request = new TokenRequest { AgentId = token.AgentId, Scopes = token.ScopesRequested, Purpose = token.Purpose },
        Endpoint = token.IsEndpointGiven ? token.TokenEndpoint : null,
        TrustedEndpointHosts = token.TrustedEndpointHosts,
    };

    /// <summary>Discovers, signs and asks.</summary>
    /// <exception cref="AtpException">No token came of it.</exception>
    public async Task<StoredToken> RunAsync(AtpClient client, SharedSecret secret, Deadline deadline)
    {
        var request = Request.Checked();
        var manifest = Endpoint is null
            ? await client.GetManifestAsync(Host, TrustedEndpointHosts, deadline).ConfigureAwait(false)
            : AgentdomManifest.ForEndpoint(Host, Endpoint);
        var grant = await client.RequestTokenAsync(manifest, request, secret, deadline).ConfigureAwait(false);
        return StoredToken.From(manifest, request, grant) with
        {
            IsEndpointGiven = Endpoint is not null,
            TrustedEndpointHosts = TrustedEndpointHosts,
        };
    }
}
