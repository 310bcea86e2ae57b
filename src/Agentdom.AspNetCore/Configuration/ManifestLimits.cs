using System.Text.Json;

namespace Agentdom.AspNetCore;

/// <summary>How large and how deep a manifest can be so that agents read it (protocol.md §1).</summary>
internal static class ManifestLimits
{
    /// <returns>What is wrong with a manifest, as the rest of a sentence about it, or null.</returns>
    internal static string? Problem(ReadOnlySpan<byte> json)
    {
        if (json.Length > ManifestFields.MaxBytes) return "has more than 2 MiB";
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth });
        try
        {
            while (reader.Read())
            {
            }
            return null;
        }
        catch (JsonException)
        {
            return $"has more than {StrictJson.MaxDepth} levels";
        }
    }
}
