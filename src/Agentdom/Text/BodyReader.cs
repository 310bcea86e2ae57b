using System.Collections;
using System.Management.Automation;

namespace Agentdom;

/// <summary>Converts a body from PowerShell (JSON text, a hashtable or an object) to its canonical form.</summary>
internal static class BodyReader
{
    private static readonly Func<object?, object?> s_plain = Plain;

    /// <returns>UTF-8.</returns>
    /// <exception cref="JsonFormatException">The body is not a JSON object, or has no canonical form.</exception>
    internal static byte[] Canonical(object? body)
    {
        var plain = Plain(body) ?? throw new JsonFormatException("The body is empty.");
        return AtpSigner.CanonicalBytes(plain is string json ? StrictJson.ParseObject(json) : plain, s_plain);
    }

    // One level only: the canonical writer calls this again for each value inside.
    private static object? Plain(object? value)
    {
        if (value is string) return value;
        var wrapped = value as PSObject;
        value = wrapped?.BaseObject ?? value;
        return value switch
        {
            null or IEnumerable or ValueType => value,
            PSCustomObject => Properties(wrapped!),
            // Canonical JSON refuses types of the System namespace by name.
            _ => value.GetType().Namespace == nameof(System) ? value : Properties(PSObject.AsPSObject(value)),
        };
    }

    private static Dictionary<string, object?> Properties(PSObject value)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in value.Properties)
        {
            if (property.IsGettable) members.Add(property.Name, property.Value);
        }
        return members;
    }
}
