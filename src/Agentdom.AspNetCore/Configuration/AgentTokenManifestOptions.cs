using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.AspNetCore;

/// <summary>
/// What the manifest says about the app, for tools and agents that look for more than the token endpoints. The other properties come
/// before what is in the <see cref="File"/>. <see cref="Capabilities"/> and <see cref="Members"/> cannot be set in configuration.
/// </summary>
public sealed class AgentTokenManifestOptions
{
    private static readonly JsonSerializerOptions s_asWritten = new()
    {
        MaxDepth = 1000,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Uri s_noAddress = new("", UriKind.Relative);

    /// <summary>
    /// A file with a manifest of the app's own, as an absolute path or relative to the content root. The token endpoints are added to
    /// its <c>auth</c>. If it has no <c>auth.method</c>, that is <c>agent_token</c>. The app does not start without the file. When the
    /// file changes, its new content is served within 5 seconds, unless that is not a manifest.
    /// </summary>
    public string? File { get; set; }

    /// <summary>The version of the manifest's form. The default is <c>1.0</c>.</summary>
    public string? Version { get; set; }

    /// <summary>The app's name for people. The default is the host.</summary>
    public string? Name { get; set; }

    /// <summary>What the app does.</summary>
    public string? Description { get; set; }

    /// <summary>An http or https address with information for people.</summary>
    public Uri? Homepage { get; set; }

    /// <summary>
    /// What agents can do at this app, each an object with at least <c>intent</c>, <c>transport</c> and <c>endpoint</c>. If there are
    /// any, they replace those in the file.
    /// </summary>
    public JsonArray Capabilities { get; } = [];

    /// <summary>Other members. In <c>auth</c>, those that describe the token endpoints are replaced or removed.</summary>
    public JsonObject Members { get; } = [];

    /// <summary>Reads the configuration.</summary>
    /// <returns>What is wrong with it.</returns>
    internal IEnumerable<string> Read(IConfigurationSection section)
    {
        var problems = new List<string>();
        foreach (var setting in section.GetChildren())
        {
            if (setting.Key.Equals(nameof(File), StringComparison.OrdinalIgnoreCase)) File = setting.Value;
            else if (setting.Key.Equals(nameof(Version), StringComparison.OrdinalIgnoreCase)) Version = setting.Value;
            else if (setting.Key.Equals(nameof(Name), StringComparison.OrdinalIgnoreCase)) Name = setting.Value;
            else if (setting.Key.Equals(nameof(Description), StringComparison.OrdinalIgnoreCase)) Description = setting.Value;
            else if (setting.Key.Equals(nameof(Homepage), StringComparison.OrdinalIgnoreCase))
                Homepage = Uri.TryCreate(setting.Value, UriKind.Absolute, out var page) ? page : s_noAddress;
            else
                problems.Add($"The setting 'Manifest:{setting.Key}' is unknown. Set it in code, or in the file of 'Manifest:File'.");
        }
        return problems;
    }

    internal IEnumerable<string> Problems()
    {
        if (Homepage is { } page && !(page.IsAbsoluteUri && page.Scheme is "https" or "http" && page.UserInfo.Length == 0))
            yield return "The manifest's homepage must be an http or https address without a user name.";
        if (Members[ManifestFields.Auth] is not (null or JsonObject)) yield return "The manifest's member 'auth' must be an object.";
        var manifest = new JsonObject();
        AddTo(manifest);
        if (ManifestLimits.Problem(JsonSerializer.SerializeToUtf8Bytes(manifest, s_asWritten)) is { } problem)
            yield return $"What the options add to the manifest {problem}, which agents do not read.";
    }

    /// <summary>Adds these to the content of the file.</summary>
    internal void AddTo(JsonObject manifest)
    {
        foreach (var member in Members)
        {
            // Of 'auth' both have a part.
            if (member.Value is JsonObject { } auth && member.Key == ManifestFields.Auth && manifest[member.Key] is JsonObject both)
                foreach (var part in auth) both[part.Key] = part.Value?.DeepClone();
            else
                manifest[member.Key] = member.Value?.DeepClone();
        }
        if (Version is not null) manifest[ManifestFields.Version] = Version;
        if (Name is not null) manifest[ManifestFields.Name] = Name;
        if (Description is not null) manifest[ManifestFields.Description] = Description;
        if (Homepage is not null) manifest[ManifestFields.Homepage] = Homepage.OriginalString;
        if (Capabilities.Count > 0) manifest[ManifestFields.Capabilities] = Capabilities.DeepClone();
    }
}
