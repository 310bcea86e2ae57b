namespace Agentdom.Protocol;

/// <summary>
/// The JSON Canonicalization Scheme (RFC 8785): no white space, members sorted by UTF-16 code unit, numbers and strings
/// as ECMAScript writes them. What has no single canonical form is refused (protocol.md §2).
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical form of a JSON text, made from the text itself.</summary>
    /// <exception cref="JsonFormatException">The text is no JSON or has no canonical form.</exception>
    public static string FromText(string json) => FromValue(StrictJson.Parse(json));

    /// <summary>
    /// The canonical form of a value: null, bool, string, char, any .NET number, a dictionary with string keys, or a
    /// sequence. Dates, enums and other objects are refused: how they should look is the caller's decision.
    /// </summary>
    /// <exception cref="JsonFormatException">The value has no canonical form.</exception>
    public static string FromValue(object? value) => FromValue(value, omit: null, plain: null);

    /// <inheritdoc cref="FromValue(object?)"/>
    /// <param name="value">The value.</param>
    /// <param name="omit">A member of the outermost object to leave out, such as the signature.</param>
    /// <param name="plain">
    /// Turns each key and value inside into one of these kinds as it is met, where they come wrapped; else they are taken as
    /// they are.
    /// </param>
    internal static string FromValue(object? value, string? omit, Func<object?, object?>? plain) =>
        new CanonicalWriter(plain).Write(value, omit);
}
