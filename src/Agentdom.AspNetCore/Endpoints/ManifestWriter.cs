using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.AspNetCore;

/// <summary>Writes the app's manifest from its file, its options and its capabilities. The last one is kept.</summary>
internal sealed class ManifestWriter(ManifestFile file, IEnumerable<ICapabilitySource> sources)
{
    private readonly Lock _writing = new();
    private volatile Last? _last;

    /// <param name="options">The options in force.</param>
    /// <param name="origin">The address at which agents reach the app, without a slash at the end.</param>
    /// <param name="auth">What <see cref="IssuerManifest.Auth"/> returned, with what else the app has mapped.</param>
    /// <param name="cancel">Cancels it.</param>
    internal async ValueTask<WrittenManifest> WriteAsync(
        AgentTokenIssuerOptions options, string origin, JsonObject auth, CancellationToken cancel)
    {
        var parts = new Parts(options, origin, auth.ToJsonString(), file.Find(options.Manifest.File));
        if (_last is { } last && last.Parts == parts) return last.Manifest;
        var capabilities = new List<JsonObject>();
        foreach (var source in sources) capabilities.AddRange(await source.FindAsync(origin, cancel));
        byte[] json;
        // The app's own nodes may be read for the first time here, which is not safe in several threads.
        lock (_writing) json = Write(parts, auth, capabilities);
        var manifest = new WrittenManifest(json, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json))}\""));
        _last = new Last(parts, manifest);
        return manifest;
    }

    private static byte[] Write(Parts parts, JsonObject auth, List<JsonObject> found)
    {
        var app = parts.File is null ? [] : ManifestFile.Parse(parts.File);
        parts.Options.Manifest.AddTo(app);
        if (found.Count > 0)
        {
            var capabilities = app[ManifestFields.Capabilities]?.DeepClone() as JsonArray ?? [];
            var intents = capabilities.Select(IntentOf).ToHashSet(StringComparer.Ordinal);
            foreach (var capability in found.Where(c => !intents.Contains(IntentOf(c)))) capabilities.Add((JsonNode)capability);
            app[ManifestFields.Capabilities] = capabilities;
        }
        return IssuerManifest.Write(new Uri(parts.Origin).Authority, auth, app);
    }

    private static string? IntentOf(JsonNode? capability) => (capability as JsonObject)?["intent"]?.ToString();

    private sealed record Parts(AgentTokenIssuerOptions Options, string Origin, string Auth, byte[]? File);

    private sealed record Last(Parts Parts, WrittenManifest Manifest);
}
