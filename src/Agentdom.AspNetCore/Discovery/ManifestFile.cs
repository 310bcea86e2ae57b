using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.AspNetCore;

/// <summary>A manifest file of the app's own, which is read again when it changes, unless its new content cannot be used.</summary>
internal sealed class ManifestFile(IWebHostEnvironment environment, TimeProvider time, ILogger<ManifestFile> log)
{
    // The bytes are compared, because a file that a link points to, as in Kubernetes, can be replaced without a newer date.
    private static readonly TimeSpan s_checkedFor = TimeSpan.FromSeconds(5);

    // What is deeper or has a member twice is refused by agents.
    private static readonly JsonDocumentOptions s_options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
        MaxDepth = StrictJson.MaxDepth,
    };

    private readonly Lock _reading = new();
    private (string Path, byte[] Json)? _content;
    private string? _problem;
    private (string Path, DateTimeOffset At)? _checked;

    /// <summary>Reads the file when the app starts.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    internal string? Check(string path)
    {
        lock (_reading) return Load(path);
    }

    /// <returns>The content, the same array as long as it does not change; null if there is no file.</returns>
    internal byte[]? Find(string? path)
    {
        if (path is null) return null;
        lock (_reading)
        {
            var now = time.GetUtcNow();
            if (_checked is { } last && last.Path == path && now >= last.At && now - last.At < s_checkedFor) return _content?.Json;
            var before = _problem;
            if (Load(path) is { } problem && problem != before) log.ManifestFileRefused(problem);
            return _content?.Json;
        }
    }

    /// <param name="json">What <see cref="Find"/> returned.</param>
    internal static JsonObject Parse(byte[] json) => JsonNode.Parse(json, documentOptions: s_options)!.AsObject();

    private string? Load(string path)
    {
        // Also if it fails, so that requests do not each try again.
        _checked = (path, time.GetUtcNow());
        var file = Path.Combine(environment.ContentRootPath, path);
        _problem = null;
        try
        {
            var json = ReadAll(file);
            if (_content is { } known && known.Path == path && json.AsSpan().SequenceEqual(known.Json)) return null;
            if (ProblemOf(json) is { } problem) _problem = $"The manifest file '{file}' cannot be used: {problem}";
            else _content = (path, json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _problem = $"The manifest file '{file}' cannot be read: {e.Message}";
        }
        return _problem;
    }

    private static byte[] ReadAll(string file)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > ManifestFields.MaxBytes) throw new IOException("It has more than 2 MiB, which is all that agents read.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        ReadOnlySpan<byte> text = content.ToArray();
        return (text.StartsWith("\uFEFF"u8) ? text[3..] : text).ToArray();
    }

    private static string? ProblemOf(byte[] json)
    {
        try
        {
            if (JsonNode.Parse(json, documentOptions: s_options) is not JsonObject manifest) return "it is not a JSON object.";
            if (manifest[ManifestFields.Auth] is not (null or JsonObject)) return "'auth' is not an object.";
            if (manifest[ManifestFields.Capabilities] is not (null or JsonArray)) return "'capabilities' is not a list.";
            return null;
        }
        catch (JsonException e)
        {
            return $"it is not valid JSON. {e.Message}";
        }
    }
}
