using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.AspNetCore;

/// <summary>
/// What the manifest contains at whatever address agents ask for it: the app's file, its options, and the capabilities that were found.
/// It keeps the last manifests that were written, because the address may be what the sender of a request chose. Thread-safe.
/// </summary>
internal sealed class ManifestContent
{
    private const int MaxKept = 16;

    private readonly AgentTokenIssuerOptions _options;
    private readonly byte[]? _file;
    private readonly IReadOnlyList<FoundCapability>?[] _sources;
    private readonly ILogger _log;
    private readonly Dictionary<string, JsonElement> _members;
    private readonly JsonElement[] _own = [];
    private readonly List<(string Intent, FoundCapability Capability)> _found;

    private readonly Lock _keeping = new();
    private readonly Dictionary<(string Origin, string Auth), WrittenManifest> _kept = [];
    private readonly Queue<(string, string)> _order = [];
    private bool _isLogged;

    /// <param name="options">The options in force.</param>
    /// <param name="file">The content of the app's file, or null if there is none.</param>
    /// <param name="sources">What each source of capabilities has found, or null if it has not yet.</param>
    /// <param name="log">For what is wrong with it.</param>
    internal ManifestContent(
        AgentTokenIssuerOptions options, byte[]? file, IReadOnlyList<FoundCapability>?[] sources, ILogger log)
    {
        (_options, _file, _sources, _log) = (options, file, sources, log);
        var app = file is null ? [] : ManifestFile.Parse(file);
        options.Manifest.AddTo(app);
        _members = app.Where(static member => member.Value is not null)
            .ToDictionary(static member => member.Key, static member => JsonSerializer.SerializeToElement(member.Value));
        if (_members.TryGetValue(ManifestFields.Capabilities, out var own) && own.ValueKind == JsonValueKind.Array)
            _own = [.. own.EnumerateArray()];
        _found = Unique(sources.SelectMany(static found => found ?? []));
    }

    /// <summary>Whether it is made of these.</summary>
    internal bool IsOf(AgentTokenIssuerOptions options, byte[]? file, IReadOnlyList<FoundCapability>?[] sources) =>
        ReferenceEquals(_options, options) && ReferenceEquals(_file, file)
        && _sources.Zip(sources).All(static both => ReferenceEquals(both.First, both.Second));

    /// <param name="origin">The address at which agents reach the app, without a slash at the end.</param>
    /// <param name="auth">What <see cref="IssuerManifest.Auth"/> returned, with what else the app has mapped.</param>
    internal WrittenManifest For(string origin, JsonObject auth)
    {
        var key = (origin, auth.ToJsonString());
        lock (_keeping)
        {
            if (_kept.TryGetValue(key, out var known)) return known;
        }
        var json = Write(origin, auth);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json))}\"");
        var manifest = new WrittenManifest(json, tag, _sources.All(static found => found is not null));
        lock (_keeping)
        {
            if (!_kept.TryAdd(key, manifest)) return manifest;
            _order.Enqueue(key);
            if (_order.Count > MaxKept) _kept.Remove(_order.Dequeue());
        }
        return manifest;
    }

    private byte[] Write(string origin, JsonObject auth)
    {
        var host = new Uri(origin).Authority;
        if (_found.Count > 0)
        {
            var whole = IssuerManifest.Write(host, auth, _members, writer => WriteCapabilities(writer, origin));
            if (ManifestLimits.Problem(whole) is not { } reason) return whole;
            Log(reason, "The capabilities of the OpenAPI document are left out.");
        }
        var json = IssuerManifest.Write(host, auth, _members);
        if (ManifestLimits.Problem(json) is { } problem) Log(problem, "Shorten the file or what the options add.");
        return json;
    }

    private void WriteCapabilities(Utf8JsonWriter writer, string origin)
    {
        writer.WriteStartArray();
        foreach (var own in _own) own.WriteTo(writer);
        foreach (var (intent, capability) in _found) capability.WriteTo(writer, intent, origin);
        writer.WriteEndArray();
    }

    // An operation may be in several documents. The app's own capabilities come before those with the same intent.
    private List<(string, FoundCapability)> Unique(IEnumerable<FoundCapability> found)
    {
        var own = _own.Select(IntentOf).ToHashSet(StringComparer.Ordinal);
        var (intents, operations) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<(string, string)>());
        var unique = new List<(string, FoundCapability)>();
        foreach (var capability in found)
        {
            if (!operations.Add((capability.Method, capability.Path))) continue;
            var intent = Unused(intents, capability.Intent);
            if (!own.Contains(intent)) unique.Add((intent, capability));
        }
        return unique;
    }

    private static string Unused(HashSet<string> intents, string intent)
    {
        var name = intent;
        for (var number = 2; !intents.Add(name); number++) name = $"{intent}_{number}";
        return name;
    }

    private static string? IntentOf(JsonElement capability) =>
        capability.ValueKind == JsonValueKind.Object && capability.TryGetProperty(FoundCapability.IntentMember, out var intent)
            ? intent.ToString()
            : null;

    private void Log(string problem, string consequence)
    {
        lock (_keeping)
        {
            if (_isLogged) return;
            _isLogged = true;
        }
        _log.ManifestUnreadable(problem, consequence);
    }
}
