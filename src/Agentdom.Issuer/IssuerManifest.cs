using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Issuer;

/// <summary>Writes an issuer's manifest, <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal static class IssuerManifest
{
    // Other members are for other tools, which refuse a manifest without these.
    private const string DefaultVersion = "1.0";

    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The <c>auth</c> of an issuer. Callers may add other members.</summary>
    /// <param name="options">The issuer's options.</param>
    /// <param name="token">The absolute address of the token endpoint.</param>
    /// <param name="verify">The absolute address at which tokens are verified.</param>
    /// <param name="revoke">The absolute address at which tokens are revoked.</param>
    internal static JsonObject Auth(TokenIssuerOptions options, string token, string verify, string revoke)
    {
        var auth = new JsonObject
        {
            [ManifestFields.Method] = ManifestFields.AgentTokenMethod,
            [ManifestFields.TokenEndpoint] = token,
            [ManifestFields.VerifyEndpoint] = verify,
            [ManifestFields.RevokeEndpoint] = revoke,
            [ManifestFields.Scopes] = new JsonArray([.. options.Scopes.Select(static s => (JsonNode)s)]),
        };
        if (options.Audience is not null) auth[ManifestFields.Audience] = options.Audience;
        return auth;
    }

    /// <summary>Writes a manifest. It has a version, a name and a host, and a list of capabilities, if only an empty one.</summary>
    /// <param name="host">The name at which agents ask for it, such as <c>api.example.com</c>.</param>
    /// <param name="auth">What <see cref="Auth"/> returned.</param>
    /// <param name="app">
    /// What the app adds. Its members come before the defaults. In its <c>auth</c> only a method, and scopes for it, come before those
    /// of the issuer, which are what the issuer really does.
    /// </param>
    /// <returns>JSON in UTF-8.</returns>
    internal static byte[] Write(string host, JsonObject auth, JsonObject? app = null)
    {
        var manifest = new JsonObject
        {
            [ManifestFields.Version] = DefaultVersion,
            [ManifestFields.Name] = host,
            [ManifestFields.Host] = host,
        };
        foreach (var member in app ?? [])
        {
            if (member.Value is { } value && member.Key != ManifestFields.Auth) manifest[member.Key] = value.DeepClone();
        }
        manifest[ManifestFields.Capabilities] ??= new JsonArray();
        manifest[ManifestFields.Auth] = Merge(app?[ManifestFields.Auth]?.AsObject(), auth);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_readable)) manifest.WriteTo(writer);
        return buffer.ToArray();
    }

    private static JsonObject Merge(JsonObject? app, JsonObject issuer)
    {
        if (app is null) return issuer;
        var merged = (JsonObject)app.DeepClone();
        var hasMethod = merged[ManifestFields.Method] is not null;
        // The scopes go with the method: tools for OAuth request all that are listed.
        var hasScopes = hasMethod && merged[ManifestFields.Scopes] is not null;
        // One that the issuer does not have would be another issuer's.
        merged.Remove(ManifestFields.Audience);
        foreach (var member in issuer)
        {
            if ((member.Key is ManifestFields.Method && hasMethod) || (member.Key is ManifestFields.Scopes && hasScopes)) continue;
            merged[member.Key] = member.Value?.DeepClone();
        }
        return merged;
    }
}
