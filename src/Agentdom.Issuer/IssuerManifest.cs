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

    private static readonly Dictionary<string, JsonElement> s_nothing = [];

    private static readonly string[] s_written =
        [ManifestFields.Version, ManifestFields.Name, ManifestFields.Host, ManifestFields.Capabilities, ManifestFields.Auth];

    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What a file says in these would be another issuer's, also if this one has no such member.
    private static readonly string[] s_issuersOwn =
    [
        ManifestFields.TokenEndpoint, ManifestFields.VerifyEndpoint, ManifestFields.RevokeEndpoint, ManifestFields.Keys,
        ManifestFields.Audience,
    ];

    /// <summary>The <c>auth</c> of an issuer. Callers may add other members.</summary>
    /// <param name="options">The issuer's options.</param>
    /// <param name="token">The absolute address of the token endpoint.</param>
    /// <param name="verify">The absolute address at which tokens are verified.</param>
    /// <param name="revoke">The absolute address at which tokens are revoked.</param>
    /// <param name="keys">The absolute address of the key set, or null if there is none.</param>
    internal static JsonObject Auth(TokenIssuerOptions options, string token, string verify, string revoke, string? keys = null)
    {
        var auth = new JsonObject
        {
            [ManifestFields.Method] = ManifestFields.AgentTokenMethod,
            [ManifestFields.TokenEndpoint] = token,
            [ManifestFields.VerifyEndpoint] = verify,
            [ManifestFields.RevokeEndpoint] = revoke,
            [ManifestFields.Scopes] = new JsonArray([.. options.Scopes.Select(static s => (JsonNode)s)]),
        };
        if (keys is not null) auth[ManifestFields.Keys] = keys;
        if (options.Audience is not null) auth[ManifestFields.Audience] = options.Audience;
        return auth;
    }

    /// <summary>Writes a manifest. It has a version, a name and a host, and a list of capabilities, if only an empty one.</summary>
    /// <param name="host">The name at which agents ask for it, such as <c>api.example.com</c>.</param>
    /// <param name="auth">What <see cref="Auth"/> returned.</param>
    /// <param name="app">
    /// The members that the app adds, or null. They come before the defaults. In their <c>auth</c> only a method, and scopes for it, come
    /// before those of the issuer, which are what the issuer really does.
    /// </param>
    /// <param name="capabilities">Writes the list of capabilities in place of the app's, if it is not null.</param>
    /// <returns>JSON in UTF-8.</returns>
    internal static byte[] Write(
        string host, JsonObject auth, IReadOnlyDictionary<string, JsonElement>? app = null, Action<Utf8JsonWriter>? capabilities = null)
    {
        app ??= s_nothing;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_readable))
        {
            writer.WriteStartObject();
            WriteMember(writer, app, ManifestFields.Version, DefaultVersion);
            WriteMember(writer, app, ManifestFields.Name, host);
            WriteMember(writer, app, ManifestFields.Host, host);
            foreach (var member in app)
            {
                if (s_written.Contains(member.Key)) continue;
                writer.WritePropertyName(member.Key);
                member.Value.WriteTo(writer);
            }
            writer.WritePropertyName(ManifestFields.Capabilities);
            if (capabilities is not null) capabilities(writer);
            else if (app.TryGetValue(ManifestFields.Capabilities, out var own)) own.WriteTo(writer);
            else new JsonArray().WriteTo(writer);
            writer.WritePropertyName(ManifestFields.Auth);
            Merge(app.TryGetValue(ManifestFields.Auth, out var ofApp) ? JsonObject.Create(ofApp) : null, auth).WriteTo(writer);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void WriteMember(
        Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement> app, string name, string otherwise)
    {
        writer.WritePropertyName(name);
        if (app.TryGetValue(name, out var value)) value.WriteTo(writer);
        else writer.WriteStringValue(otherwise);
    }

    private static JsonObject Merge(JsonObject? merged, JsonObject issuer)
    {
        if (merged is null) return issuer;
        var hasMethod = merged[ManifestFields.Method] is not null;
        // The scopes go with the method: tools for OAuth request all that are listed.
        var hasScopes = hasMethod && merged[ManifestFields.Scopes] is not null;
        foreach (var name in s_issuersOwn) merged.Remove(name);
        foreach (var member in issuer)
        {
            if ((member.Key is ManifestFields.Method && hasMethod) || (member.Key is ManifestFields.Scopes && hasScopes)) continue;
            merged[member.Key] = member.Value?.DeepClone();
        }
        return merged;
    }
}
