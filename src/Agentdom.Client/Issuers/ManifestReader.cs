using System.Globalization;

namespace Agentdom.Client;

/// <summary>
/// Decides what a manifest may contain (protocol.md §1). On which hosts an endpoint may be is decided by <see cref="AtpHost"/>.
/// </summary>
internal static class ManifestReader
{
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
                    "Agentdom supports no other method; see the provider's documentation.");

            var token = Endpoint(host, auth, ManifestFields.TokenEndpoint)
                ?? throw new JsonFormatException("There is no 'agent_token_endpoint'.");
            var derived = AgentdomManifest.ForEndpoint(host, token);
            return derived with
            {
                VerifyEndpoint = Endpoint(host, auth, ManifestFields.VerifyEndpoint) ?? derived.VerifyEndpoint,
                RevokeEndpoint = Endpoint(host, auth, ManifestFields.RevokeEndpoint) ?? derived.RevokeEndpoint,
                Audience = ReadAudience(auth),
                Scopes = ScopeSet.Read(auth, ManifestFields.Scopes) ?? [],
            };
        }
        catch (JsonFormatException e)
        {
            var isHtml = json.Length > 0 && json[0] == (byte)'<';
            throw new AtpException(AtpError.ManifestInvalid,
                $"The manifest of {host} cannot be read: {(isHtml ? "it is a web page, not JSON." : e.Message)}",
                $"Check {host.ManifestUri} and tell the provider if it is wrong.", e);
        }
    }

    private static void RequireKnownVersion(AtpHost host, JsonObject root)
    {
        // Providers write the version as text or as a number.
        var version = Convert.ToString(root["agentdom"], CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(version) || version!.Split('.')[0] == "0") return;
        throw new AtpException(AtpError.ManifestInvalid,
            $"The manifest of {host} has AgentDOM version {Printable.Excerpt(version)}; only version 0 is supported.",
            "Look for a newer version of Agentdom.");
    }

    private static string? ReadAudience(JsonObject auth)
    {
        var audience = auth.Text(ManifestFields.Audience);
        return audience is null || Printable.Line(audience) == audience
            ? audience
            : throw new JsonFormatException("'agent_token_audience' has control characters or outer spaces.");
    }

    private static Uri? Endpoint(AtpHost host, JsonObject auth, string name)
    {
        var text = auth.Text(name);
        if (text is null) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new AtpException(AtpError.EndpointInvalid,
                $"The manifest of {host} names '{Printable.Excerpt(text)}' as its {name}, which is not an absolute https address.",
                "Tell the provider, or use the right endpoint.");
        AtpHost.RequireSecure(uri);
        return uri;
    }
}
