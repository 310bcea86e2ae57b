namespace Agentdom.Protocol;

/// <summary>
/// The JSON Canonicalization Scheme (RFC 8785): no white space, members sorted by UTF-16 code unit, numbers and strings
/// as ECMAScript writes them. A value without a single canonical form is refused (protocol.md §2).
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical form of a JSON text.</summary>
    /// <exception cref="JsonFormatException">The text is not JSON or has no canonical form.</exception>
    public static string FromText(string json) => FromValue(StrictJson.Parse(json));

    /// <summary>
    /// The canonical form of a value: null, bool, string, char, any .NET number, a dictionary with string keys, or a
    /// sequence. Dates, enums and other objects are refused: the caller must decide on their format.
    /// </summary>
    /// <exception cref="JsonFormatException">The value has no canonical form.</exception>
    public static string FromValue(object? value) => Write(value).ToString();

    /// <inheritdoc cref="FromValue"/>
    internal static byte[] Utf8FromValue(object? value) => Write(value).ToArray();

    private static Utf8Text Write(object? value)
    {
        var text = new Utf8Text();
        new CanonicalWriter(plain: null, text).Write(value, omit: null);
        return text;
    }
}
