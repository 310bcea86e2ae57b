using System.Collections;
using System.Globalization;
using System.Text;

namespace Agentdom.Core.Json;

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
    /// <param name="value">The value.</param>
    /// <param name="omit">A member of the outermost object to leave out, such as the signature.</param>
    /// <exception cref="JsonFormatException">The value has no canonical form.</exception>
    public static string FromValue(object? value, string? omit = null)
    {
        var text = new StringBuilder(256);
        Write(text, value, 0, omit);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value, int depth, string? omit)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case string s:
                WriteString(text, s);
                break;
            case char c:
                WriteString(text, c.ToString());
                break;
            case JsonObject members:
                WriteObject(text, members, members.Count, depth + 1, omit);
                break;
            case IDictionary dictionary:
                WriteObject(text, Members(dictionary), dictionary.Count, depth + 1, omit);
                break;
            case IEnumerable items:
                WriteArray(text, items, depth + 1);
                break;
            default:
                text.Append(FormatNumber(value));
                break;
        }
    }

    private static void WriteObject(
        StringBuilder text, IEnumerable<KeyValuePair<string, object?>> members, int count, int depth, string? omit)
    {
        RefuseTooDeep(depth);
        var names = new string[count];
        var values = new object?[count];
        var used = 0;
        foreach (var member in members)
        {
            if (member.Key == omit) continue;
            names[used] = member.Key;
            values[used++] = member.Value;
        }
        Array.Sort(names, values, 0, used, StringComparer.Ordinal);

        text.Append('{');
        for (var i = 0; i < used; i++)
        {
            if (i > 0)
            {
                if (names[i] == names[i - 1]) throw new JsonFormatException("An object names the same member twice.");
                text.Append(',');
            }
            WriteString(text, names[i]);
            text.Append(':');
            Write(text, values[i], depth, null);
        }
        text.Append('}');
    }

    private static void WriteArray(StringBuilder text, IEnumerable items, int depth)
    {
        RefuseTooDeep(depth);
        text.Append('[');
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(',');
            first = false;
            Write(text, item, depth, null);
        }
        text.Append(']');
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ': text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)); break;
                default:
                    if (char.IsSurrogate(c))
                    {
                        if (!(i + 1 < value.Length && char.IsSurrogatePair(c, value[i + 1])))
                            throw new JsonFormatException("A string holds a lone surrogate, so it has no UTF-8 form.");
                        text.Append(c);
                        c = value[++i];
                    }
                    text.Append(c);
                    break;
            }
        }
        text.Append('"');
    }

    private static IEnumerable<KeyValuePair<string, object?>> Members(IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary)
        {
            if (entry.Key is not string name)
                throw new JsonFormatException($"A member name must be a string, not {entry.Key.GetType().Name}.");
            yield return new KeyValuePair<string, object?>(name, entry.Value);
        }
    }

    private static string FormatNumber(object value)
    {
        switch (value)
        {
            case double d:
                return JsonNumber.Format(d);
            case float f:
                // Through its own digits: 0.1f means 0.1, not 0.100000001490116.
                return JsonNumber.Format(double.Parse(f.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            case decimal m when m != decimal.Truncate(m):
                return JsonNumber.Format(double.Parse(m.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal:
                var integer = Convert.ToDecimal(value, CultureInfo.InvariantCulture);
                if (Math.Abs(integer) > JsonNumber.MaxSafeInteger)
                    throw new JsonFormatException("An integer lies beyond 2^53-1 and would lose digits.");
                return JsonNumber.Format((double)integer);
            default:
                throw new JsonFormatException(
                    $"A value of type {value.GetType().Name} has no JSON form of its own: give it as a string or a number.");
        }
    }

    private static void RefuseTooDeep(int depth)
    {
        if (depth > StrictJson.MaxDepth)
            throw new JsonFormatException($"Objects and arrays are nested deeper than {StrictJson.MaxDepth}.");
    }
}
