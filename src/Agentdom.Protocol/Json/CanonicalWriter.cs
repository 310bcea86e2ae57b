using System.Collections;
using System.Globalization;
using System.Text;

namespace Agentdom.Protocol;

/// <summary>Writes one canonical form: see <see cref="CanonicalJson"/>.</summary>
/// <param name="plain">Unwraps each key and value inside objects and arrays, or null if none is wrapped.</param>
internal sealed class CanonicalWriter(Func<object?, object?>? plain)
{
    private readonly StringBuilder _text = new(256);

    internal string Write(object? value, string? omit)
    {
        Write(value, 0, omit);
        return _text.ToString();
    }

    private void Write(object? value, int depth, string? omit)
    {
        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case bool flag:
                _text.Append(flag ? "true" : "false");
                break;
            case string s:
                WriteString(s);
                break;
            case char c:
                WriteString(c.ToString());
                break;
            case JsonObject members:
                WriteObject(members, members.Count, depth + 1, omit);
                break;
            case IDictionary dictionary:
                WriteObject(Members(dictionary), dictionary.Count, depth + 1, omit);
                break;
            case IEnumerable items:
                WriteArray(items, depth + 1);
                break;
            default:
                _text.Append(FormatNumber(value));
                break;
        }
    }

    private void WriteObject(IEnumerable<KeyValuePair<string, object?>> members, int count, int depth, string? omit)
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

        _text.Append('{');
        for (var i = 0; i < used; i++)
        {
            if (i > 0)
            {
                if (names[i] == names[i - 1]) throw new JsonFormatException("An object has the same member twice.");
                _text.Append(',');
            }
            WriteString(names[i]);
            _text.Append(':');
            Write(Plain(values[i]), depth, null);
        }
        _text.Append('}');
    }

    private void WriteArray(IEnumerable items, int depth)
    {
        RefuseTooDeep(depth);
        _text.Append('[');
        var first = true;
        foreach (var item in items)
        {
            if (!first) _text.Append(',');
            first = false;
            Write(Plain(item), depth, null);
        }
        _text.Append(']');
    }

    private void WriteString(string value)
    {
        _text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\b': _text.Append("\\b"); break;
                case '\f': _text.Append("\\f"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case < ' ': _text.Append("\\u00").Append(c < 16 ? '0' : '1').Append("0123456789abcdef"[c & 15]); break;
                default:
                    if (char.IsSurrogate(c))
                    {
                        if (!(i + 1 < value.Length && char.IsSurrogatePair(c, value[i + 1])))
                            throw new JsonFormatException("A string contains a lone surrogate, so it has no UTF-8 form.");
                        _text.Append(c);
                        c = value[++i];
                    }
                    _text.Append(c);
                    break;
            }
        }
        _text.Append('"');
    }

    private IEnumerable<KeyValuePair<string, object?>> Members(IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary)
        {
            if (Plain(entry.Key) is not string name)
                throw new JsonFormatException($"A member name must be a string, not {entry.Key.GetType().Name}.");
            yield return new KeyValuePair<string, object?>(name, entry.Value);
        }
    }

    private object? Plain(object? value) => plain is null ? value : plain(value);

    private static string FormatNumber(object value)
    {
        switch (value)
        {
            case double d:
                return JsonNumber.Format(d);
            case float f:
                // Converted as text, so that 0.1f stays 0.1 and does not become 0.100000001490116.
                return JsonNumber.Format(double.Parse(f.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            case decimal m when m != decimal.Truncate(m):
                return JsonNumber.Format(double.Parse(m.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal:
                var integer = Convert.ToDecimal(value, CultureInfo.InvariantCulture);
                if (Math.Abs(integer) > JsonNumber.MaxSafeInteger)
                    throw new JsonFormatException("An integer is beyond ±(2^53-1) and would lose digits.");
                return JsonNumber.Format((double)integer);
            default:
                throw new JsonFormatException(
                    $"A value of type {value.GetType().Name} has no JSON form of its own. Use a string or a number.");
        }
    }

    private static void RefuseTooDeep(int depth)
    {
        if (depth > StrictJson.MaxDepth)
            throw new JsonFormatException($"Objects and arrays are nested deeper than {StrictJson.MaxDepth}.");
    }
}
