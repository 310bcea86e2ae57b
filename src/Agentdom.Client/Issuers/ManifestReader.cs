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
            var auth = StrictJson.ParseAnswer(json).Object(ManifestFields.Auth)
                ?? throw new JsonFormatException("There is no 'auth' object.");
            // A host that has the endpoint takes agent tokens, whatever method it names: other tools know only other ones.
            var token = Endpoint(host, auth, ManifestFields.TokenEndpoint) ?? throw WithoutEndpoint(host, auth);
            var derived = AgentdomManifest.ForEndpoint(host, token);
            return derived with
            {
                IsFromHost = true,
                Method = auth[ManifestFields.Method] is string method ? Printable.Excerpt(method) : null,
                VerifyEndpoint = Endpoint(host, auth, ManifestFields.VerifyEndpoint) ?? derived.VerifyEndpoint,
                RevokeEndpoint = Endpoint(host, auth, ManifestFields.RevokeEndpoint) ?? derived.RevokeEndpoint,
                JwksUri = ReadKeys(auth),
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

    private static Exception WithoutEndpoint(AtpHost host, JsonObject auth)
    {
        var method = auth.Text(ManifestFields.Method);
        if (method == ManifestFields.AgentTokenMethod)
            return new JsonFormatException($"It names the method '{method}' but no '{ManifestFields.TokenEndpoint}'.");
        var named = method is null ? "no authentication method" : $"the authentication method '{Printable.Excerpt(method)}'";
        var dialect = auth[ManifestFields.PublishedDialect] is null ? ""
            : $" It offers '{ManifestFields.PublishedDialect}', the dialect of the published AgentDOM client, "
                + "which this version does not speak.";
        return new AtpException(AtpError.MethodUnsupported,
            $"{host} names {named} and no '{ManifestFields.TokenEndpoint}'.{dialect}",
            "Ask the provider for agent tokens, or set the token endpoint if you know it.");
    }

    // Agents send nothing there, so a host without usable keys, or with keys on another host, still gets requests.
    private static Uri? ReadKeys(JsonObject auth) =>
        auth[ManifestFields.Keys] is string text && Uri.TryCreate(text, UriKind.Absolute, out var keys) && AtpHost.IsSecure(keys)
            ? keys
            : null;

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
