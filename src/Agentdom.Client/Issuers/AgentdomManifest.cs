namespace Agentdom.Client;

/// <summary>A host's manifest, <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal sealed record AgentdomManifest
{
    /// <summary>The host.</summary>
    public required AtpHost Host { get; init; }

    /// <summary>The authentication method that the host names (<c>auth.method</c>), or null.</summary>
    public string? Method { get; init; }

    /// <summary>Whether the host sent it. Otherwise the caller knows the token endpoint.</summary>
    public bool IsFromHost { get; init; }

    /// <summary>The host whose manifest names the endpoints, or null if it was not read.</summary>
    internal AtpHost? NamedBy => IsFromHost ? Host : null;

    /// <summary>The endpoint that grants tokens.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>The endpoint that verifies tokens.</summary>
    public required Uri VerifyEndpoint { get; init; }

    /// <summary>The endpoint that revokes tokens.</summary>
    public required Uri RevokeEndpoint { get; init; }

    /// <summary>
    /// The address of the issuer's public keys, or null if it names none or no https address. Agents do not need them and send nothing
    /// there, so they may be on any host.
    /// </summary>
    public Uri? JwksUri { get; init; }

    /// <summary>The <c>aud</c> that requests must have, or null if they must have none.</summary>
    public string? Audience { get; init; }

    /// <summary>The scopes that the host offers; empty if it lists none.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The manifest of a host whose token endpoint is already known.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.EndpointInvalid"/></exception>
    public static AgentdomManifest ForEndpoint(AtpHost host, Uri tokenEndpoint)
    {
        AtpHost.RequireSecure(tokenEndpoint);
        return new AgentdomManifest
        {
            Host = host,
            TokenEndpoint = tokenEndpoint,
            VerifyEndpoint = Below(tokenEndpoint, "verify"),
            RevokeEndpoint = Below(tokenEndpoint, "revoke"),
            Scopes = [],
        };
    }

    private static Uri Below(Uri endpoint, string segment)
    {
        var builder = new UriBuilder(endpoint) { Query = "", Fragment = "" };
        builder.Path = builder.Path.TrimEnd('/') + "/" + segment;
        return builder.Uri;
    }
}
