using System.Collections;
using System.Management.Automation;
using Agentdom.Core.Json;

namespace Agentdom;

/// <summary>Takes a body as PowerShell users have it (JSON text, a hashtable, an object) to what can be canonicalised.</summary>
internal static class BodyReader
{
    /// <exception cref="JsonFormatException">The body is no JSON object, or is nested too deep.</exception>
    internal static object Read(object? body)
    {
        var plain = Plain(body, 0);
        return plain is string json ? StrictJson.ParseObject(json) : plain ?? throw new JsonFormatException("The body is empty.");
    }

    private static object? Plain(object? value, int depth)
    {
        // The outermost value is at depth 0; one level more than canonical JSON allows ends cycles here.
        if (depth > StrictJson.MaxDepth) throw new JsonFormatException($"Objects and arrays are nested deeper than {StrictJson.MaxDepth}.");
        var wrapped = value as PSObject;
        value = wrapped?.BaseObject ?? value;
        switch (value)
        {
            case null or string or char or bool or JsonObject:
                return value;
            case IDictionary dictionary:
                var members = new Dictionary<object, object?>(dictionary.Count);
                foreach (DictionaryEntry entry in dictionary) members.Add(Plain(entry.Key, depth + 1)!, Plain(entry.Value, depth + 1));
                return members;
            case IEnumerable items:
                return items.Cast<object?>().Select(item => Plain(item, depth + 1)).ToArray();
            case PSCustomObject:
                return Properties(wrapped!, depth);
            default:
                // Numbers, dates and other simple values: canonical JSON takes them or refuses them by name.
                return value is ValueType || value.GetType().Namespace == nameof(System) ? value : Properties(PSObject.AsPSObject(value), depth);
        }
    }

    private static Dictionary<string, object?> Properties(PSObject value, int depth)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in value.Properties)
        {
            if (property.IsGettable) members.Add(property.Name, Plain(property.Value, depth + 1));
        }
        return members;
    }
}
