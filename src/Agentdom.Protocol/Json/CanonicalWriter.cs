#if NET
using System.Buffers;
#endif
using System.Collections;
using System.Globalization;

namespace Agentdom.Protocol;

/// <summary>Writes one canonical form: see <see cref="CanonicalJson"/>.</summary>
/// <param name="plain">Unwraps each key and value inside objects and arrays, or null if none is wrapped.</param>
/// <param name="text">Where it is written.</param>
internal sealed class CanonicalWriter(Func<object?, object?>? plain, Utf8Text text)
{
    // More members than this are rare, and sorted by the runtime.
    private const int FewMembers = 16;

    private const char LastAscii = '\x7f';

#if NET
    // What a string contains as it is: ASCII without control characters, quotes and backslashes.
    private static readonly SearchValues<char> s_unescaped = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\x7f");
#endif

    /// <param name="value">What is written.</param>
    /// <param name="omit">The name of a member that is left out, if the value is an object, or null.</param>
    internal void Write(object? value, string? omit) => Write(value, 0, omit);

    private void Write(object? value, int depth, string? omit)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string s:
                WriteString(s);
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case char c:
                WriteString(c.ToString());
                break;
            case JsonObject members:
                WriteObject(members, depth + 1, omit);
                break;
            case IDictionary dictionary:
                WriteObject(dictionary, depth + 1, omit);
                break;
            case IEnumerable items:
                WriteArray(items, depth + 1);
                break;
            case int number:
                text.Append(number);
                break;
            case long number and >= -JsonNumber.MaxSafeInteger and <= JsonNumber.MaxSafeInteger:
                text.Append(number);
                break;
            default:
                text.Append(FormatNumber(value));
                break;
        }
    }

    private void WriteObject(JsonObject members, int depth, string? omit)
    {
        RefuseTooDeep(depth);
        var names = new string[members.Count];
        var values = new object?[members.Count];
        var used = 0;
        foreach (var member in members)
        {
            if (member.Key == omit) continue;
            names[used] = member.Key;
            values[used++] = member.Value;
        }
        WriteMembers(names, values, used, depth);
    }

    private void WriteObject(IDictionary members, int depth, string? omit)
    {
        RefuseTooDeep(depth);
        var names = new string[members.Count];
        var values = new object?[members.Count];
        var used = 0;
        // Unlike foreach, this does not box each entry.
        var entries = members.GetEnumerator();
        while (entries.MoveNext())
        {
            if (Plain(entries.Key) is not string name)
                throw new JsonFormatException($"A member name must be a string, not {entries.Key.GetType().Name}.");
            if (name == omit) continue;
            names[used] = name;
            values[used++] = entries.Value;
        }
        WriteMembers(names, values, used, depth);
    }

    private void WriteMembers(string[] names, object?[] values, int count, int depth)
    {
        Sort(names, values, count);
        text.Append('{');
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                if (names[i] == names[i - 1]) throw new JsonFormatException("An object has the same member twice.");
                text.Append(',');
            }
            WriteString(names[i]);
            text.Append(':');
            Write(Plain(values[i]), depth, null);
        }
        text.Append('}');
    }

    // By insertion, because Array.Sort calls the comparer through an interface and bodies have few members.
    private static void Sort(string[] names, object?[] values, int count)
    {
        if (count > FewMembers)
        {
            Array.Sort(names, values, 0, count, StringComparer.Ordinal);
            return;
        }
        for (var i = 1; i < count; i++)
        {
            var (name, value) = (names[i], values[i]);
            var place = i;
            for (; place > 0 && string.CompareOrdinal(names[place - 1], name) > 0; place--)
            {
                names[place] = names[place - 1];
                values[place] = values[place - 1];
            }
            names[place] = name;
            values[place] = value;
        }
    }

    private void WriteArray(IEnumerable items, int depth)
    {
        RefuseTooDeep(depth);
        text.Append('[');
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(',');
            first = false;
            Write(Plain(item), depth, null);
        }
        text.Append(']');
    }

    private void WriteString(string value)
    {
        text.Append('"');
        var unescaped = UnescapedLength(value);
        text.Append(value, 0, unescaped);
        for (var i = unescaped; i < value.Length; i++)
        {
            var c = value[i];
            if (c is < ' ' or '"' or '\\')
            {
                WriteEscaped(c);
            }
            else if (c <= LastAscii)
            {
                text.Append(c);
            }
            else
            {
                var end = EndOfOthers(value, i);
                text.Append(value, i, end - i);
                i = end - 1;
            }
        }
        text.Append('"');
    }

    private void WriteEscaped(char c)
    {
        var letter = c switch
        {
            '"' or '\\' => c,
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => 'u',
        };
        text.Append('\\');
        text.Append(letter);
        if (letter != 'u') return;
        text.Append('0');
        text.Append('0');
        text.Append(c < 16 ? '0' : '1');
        text.Append("0123456789abcdef"[c & 15]);
    }

    /// <summary>Where the characters end that are not ASCII.</summary>
    private static int EndOfOthers(string value, int start)
    {
        var i = start;
        for (; i < value.Length && value[i] > LastAscii; i++)
        {
            if (char.IsSurrogate(value[i]) && (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[++i])))
                throw new JsonFormatException("A string contains a lone surrogate, so it has no UTF-8 form.");
        }
        return i;
    }

    // How many characters at the start certainly need no look at each.
    private static int UnescapedLength(string value)
    {
#if NET
        var other = value.AsSpan().IndexOfAnyExcept(s_unescaped);
        return other < 0 ? value.Length : other;
#else
        return 0;
#endif
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
            case sbyte or byte or short or ushort or uint or long or ulong or decimal:
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
