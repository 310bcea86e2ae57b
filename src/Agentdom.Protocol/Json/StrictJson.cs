using System.Text;
using System.Text.Json;

namespace Agentdom.Protocol;

/// <summary>
/// Reads JSON (RFC 8259) and refuses everything that two parsers could interpret differently: duplicate member names, lone
/// surrogates, invalid UTF-8, a byte order mark, comments, trailing commas, numbers that a double cannot hold, integers
/// beyond ±(2^53 − 1), and nesting deeper than <see cref="MaxDepth"/> (protocol.md §2).
/// </summary>
internal static class StrictJson
{
    /// <summary>The deepest nesting of objects and arrays. The outermost counts as 1.</summary>
    public const int MaxDepth = 32;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a JSON value of any type.</summary>
    /// <returns>null, <see cref="bool"/>, <see cref="double"/>, <see cref="string"/>, a list, or <see cref="JsonObject"/>.</returns>
    /// <exception cref="JsonFormatException">The text is not JSON, or is refused as above.</exception>
    public static object? Parse(string json) => Parse(ToUtf8(json));

    /// <inheritdoc cref="Parse(string)"/>
    public static object? Parse(byte[] utf8Json) => Parse(utf8Json, new Rules());

    /// <summary>
    /// Reads an unsigned JSON object of another implementation, such as a manifest. Unknown members must not make it unreadable, so
    /// integers may lose digits. A byte order mark is skipped, and the typed readers of <see cref="JsonObject"/> are lenient.
    /// </summary>
    /// <exception cref="JsonFormatException">The text is not a JSON object, or is refused as above.</exception>
    public static JsonObject ParseAnswer(byte[] utf8Json)
    {
        var hasMark = utf8Json is [0xEF, 0xBB, 0xBF, ..];
        return Parse(hasMark ? utf8Json.AsSpan(3).ToArray() : utf8Json, new Rules { IsLenient = true }) as JsonObject
            ?? throw new JsonFormatException("A JSON object was expected.");
    }

    private static object? Parse(byte[] utf8Json, Rules rules)
    {
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var value = ReadValue(ref reader, ref rules);
            // Throws if anything follows the value.
            reader.Read();
            return value;
        }
        catch (JsonException e)
        {
            // Without the cause, whose message repeats a part of the text, which may be a secret.
            throw new JsonFormatException($"The text is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
        }
    }

    /// <summary>Reads a JSON text whose outermost value must be an object.</summary>
    /// <exception cref="JsonFormatException">The text is not a JSON object, or is refused as above.</exception>
    public static JsonObject ParseObject(byte[] utf8Json) =>
        Parse(utf8Json) as JsonObject ?? throw new JsonFormatException("A JSON object was expected.");

    /// <summary>Reads a JSON object that a stranger sent, and stops as soon as it has too many values.</summary>
    /// <param name="utf8Json">The text.</param>
    /// <param name="maxValues">How many values it may have in all, counting each member and each item of a list at any depth.</param>
    /// <exception cref="JsonFormatException">The text is not a JSON object, has too many values, or is refused as above.</exception>
    public static JsonObject ParseObject(byte[] utf8Json, int maxValues) =>
        Parse(utf8Json, new Rules { MaxValues = maxValues }) as JsonObject
        ?? throw new JsonFormatException("A JSON object was expected.");

    /// <inheritdoc cref="ParseObject(byte[])"/>
    public static JsonObject ParseObject(string json) => ParseObject(ToUtf8(json));

    /// <summary>The UTF-8 form of a text.</summary>
    /// <exception cref="JsonFormatException">The text contains a lone surrogate.</exception>
    internal static byte[] ToUtf8(string text)
    {
        try
        {
            return s_utf8.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new JsonFormatException("A string contains a lone surrogate, so it has no UTF-8 form.", e);
        }
    }

    /// <summary>The text of UTF-8 bytes.</summary>
    /// <exception cref="JsonFormatException">The bytes are not UTF-8.</exception>
    internal static string FromUtf8(byte[] bytes)
    {
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new JsonFormatException("The bytes are not UTF-8.");
        }
    }

    private static object? ReadValue(ref Utf8JsonReader reader, ref Rules rules) => reader.TokenType switch
    {
        JsonTokenType.StartObject => ReadObject(ref reader, ref rules),
        JsonTokenType.StartArray => ReadArray(ref reader, ref rules),
        JsonTokenType.String => ReadString(ref reader),
        JsonTokenType.Number => ReadNumber(ref reader, rules.IsLenient),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw new JsonFormatException("The JSON text is empty."),
    };

    private static JsonObject ReadObject(ref Utf8JsonReader reader, ref Rules rules)
    {
        var result = new JsonObject(rules.IsLenient);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            rules.Count();
            var name = ReadString(ref reader);
            reader.Read();
            if (!result.TryAdd(name, ReadValue(ref reader, ref rules)))
                throw new JsonFormatException("An object has the same member twice.");
        }
        return result;
    }

    private static List<object?> ReadArray(ref Utf8JsonReader reader, ref Rules rules)
    {
        var result = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            rules.Count();
            result.Add(ReadValue(ref reader, ref rules));
        }
        return result;
    }

    private static string ReadString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonFormatException("A string contains invalid UTF-8 or a lone surrogate.", e);
        }
    }

    private static object ReadNumber(ref Utf8JsonReader reader, bool isLenient)
    {
        if (!isLenient && reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            if (reader.TryGetInt64(out var integer) && Math.Abs((decimal)integer) <= JsonNumber.MaxSafeInteger)
                return (double)integer;
            throw new JsonFormatException("An integer is beyond ±(2^53-1) and would lose digits.");
        }
        if (reader.TryGetDouble(out var number) && !double.IsInfinity(number)) return number;
        throw new JsonFormatException("A number is too large for a double.");
    }

    private struct Rules()
    {
        private int _values;

        internal bool IsLenient { get; init; }

        internal int MaxValues { get; init; } = int.MaxValue;

        internal void Count()
        {
            if (++_values > MaxValues) throw new JsonFormatException($"The text has more than {MaxValues} values.");
        }
    }
}
