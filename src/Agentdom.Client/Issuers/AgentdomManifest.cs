using System.Globalization;

namespace Agentdom.Client;

/// <summary>What a host says of itself in <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal sealed record AgentdomManifest
{
    /// <summary>The host that was asked.</summary>
    public required AtpHost Host { get; init; }

    /// <summary>Where tokens are asked for.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>Where a token's state is asked for.</summary>
    public required Uri VerifyEndpoint { get; init; }

    /// <summary>Where tokens are revoked.</summary>
    public required Uri RevokeEndpoint { get; init; }

    /// <summary>What requests must name as <c>aud</c>, where the host wants that.</summary>
    public string? Audience { get; init; }

    /// <summary>The scopes the host advertises; empty where it lists none.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The manifest of a host whose token endpoint is known already.</summary>
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

    /// <exception cref="AtpException"><see cref="AtpError.ManifestInvalid"/>, <see cref="AtpError.MethodUnsupported"/>
    /// or <see cref="AtpError.EndpointInvalid"/></exception>
    internal static AgentdomManifest Read(AtpHost host, byte[] json)
    {
        try
        {
            var root = StrictJson.ParseAnswer(json);
            RequireKnownVersion(host, root);
            var auth = root.Object(ManifestFields.Auth) ?? throw new JsonFormatException("There is no 'auth' object.");
            var method = auth.Text(ManifestFields.Method);
            if (method != ManifestFields.AgentTokenMethod)
                throw new AtpException(AtpError.MethodUnsupported,
                    $"{host} authenticates by {(method is null ? "no named method" : $"'{Printable.Excerpt(method)}'")}, "
                    + $"not by '{ManifestFields.AgentTokenMethod}'.",
                    "This module cannot get a token there; see the provider's documentation.");

            var token = Endpoint(host, auth, ManifestFields.TokenEndpoint)
                ?? throw new JsonFormatException("There is no 'agent_token_endpoint'.");
            return ForEndpoint(host, token) with
            {
                VerifyEndpoint = Endpoint(host, auth, ManifestFields.VerifyEndpoint) ?? Below(token, "verify"),
                RevokeEndpoint = Endpoint(host, auth, ManifestFields.RevokeEndpoint) ?? Below(token, "revoke"),
                Audience = ReadAudience(auth),
                Scopes = ScopeSet.Read(auth, ManifestFields.Scopes) ?? [],
            };
        }
        catch (JsonFormatException e)
        {
            var isHtml = json.Length > 0 && json[0] == (byte)'<';
            throw new AtpException(AtpError.ManifestInvalid,
                $"The manifest of {host} cannot be read: {(isHtml ? "it is a web page, not JSON." : e.Message)}",
                $"Look at {host.ManifestUri}, and if it is wrong tell the provider.", e);
        }
    }

    private static void RequireKnownVersion(AtpHost host, JsonObject root)
    {
        // Providers write the version as text or as a number.
        var version = Convert.ToString(root["agentdom"], CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(version) || version!.Split('.')[0] == "0") return;
        throw new AtpException(AtpError.ManifestInvalid,
            $"The manifest of {host} is of AgentDOM version {Printable.Excerpt(version)}; this module reads version 0.",
            "Look for a newer version of this module.");
    }

    private static string? ReadAudience(JsonObject auth)
    {
        var audience = auth.Text(ManifestFields.Audience);
        return audience is null || Printable.Line(audience) == audience
            ? audience
            : throw new JsonFormatException("'agent_token_audience' holds control characters or outer spaces.");
    }

    private static Uri? Endpoint(AtpHost host, JsonObject auth, string name)
    {
        var text = auth.Text(name);
        if (text is null) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new AtpException(AtpError.EndpointInvalid,
                $"The manifest of {host} names '{Printable.Excerpt(text)}' as its {name}, which is not an absolute https address.",
                "Tell the provider, or give the right endpoint.");
        AtpHost.RequireSecure(uri);
        return uri;
    }

    private static Uri Below(Uri endpoint, string segment)
    {
        var builder = new UriBuilder(endpoint) { Query = "", Fragment = "" };
        builder.Path = builder.Path.TrimEnd('/') + "/" + segment;
        return builder.Uri;
    }
}
