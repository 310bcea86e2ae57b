using System.Globalization;
using System.Text;
using CsCheck;

namespace Agentdom.Tests.Properties;

/// <summary>Random JSON values, and random ways to write the same value.</summary>
internal static class JsonValues
{
    private static readonly Gen<string> s_character = Gen.OneOf(
        Gen.Int[' ', '~'], Gen.Int[0, 0x1f], Gen.OneOf<int>('"', '\\', '/', 0x7f, 0x2028), Gen.Int[0x80, 0xd7ff],
        Gen.Int[0xe000, 0xffff], Gen.Int[0x10000, 0x10ffff]).Select(char.ConvertFromUtf32);

    internal static readonly Gen<string> Text = s_character.Array[0, 8].Select(parts => string.Concat(parts));

    /// <summary>
    /// Finite doubles. Those whose canonical form is an integer beyond 2^53 − 1 are left out: the reader refuses an integer
    /// that is written so (protocol.md §2), and only values written with a fraction or an exponent are read.
    /// </summary>
    internal static readonly Gen<double> Number = Gen.OneOf(
        Gen.Int.Select(i => (double)i), Gen.Long[-9_007_199_254_740_991, 9_007_199_254_740_991].Select(l => (double)l),
        Gen.Double, Gen.Double.Unit, Gen.ULong.Select(BitConverter.UInt64BitsToDouble))
        .Select(d => double.IsFinite(d) && Math.Abs(d) is <= 9_007_199_254_740_991 or >= 1e21 ? d : 0.5);

    internal static readonly Gen<object?> Any = Gen.Recursive<object?>((depth, self) =>
    {
        var leaf = Gen.OneOf(
            Text.Select(object? (t) => t), Number.Select(object? (n) => n), Gen.Bool.Select(object? (b) => b), Gen.Const((object?)null));
        if (depth > 3) return leaf;
        return Gen.Frequency((4, leaf), (1, self.List[0, 4].Select(object? (l) => l)), (1, ObjectOf(self).Select(object? (o) => o)));
    });

    internal static readonly Gen<Dictionary<string, object?>> Object = ObjectOf(Any);

    /// <summary>
    /// The value as JSON: members in any order, white space anywhere, characters escaped or not, numbers in more than one way.
    /// </summary>
    internal static string Write(object? value, Random random)
    {
        var text = new StringBuilder();
        Write(text, value, random);
        return text.ToString();
    }

    private static Gen<Dictionary<string, object?>> ObjectOf(Gen<object?> values) =>
        Gen.Select(Text, values).List[0, 5].Select(members =>
        {
            var result = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (name, value) in members) result[name] = value;
            return result;
        });

    private static void Write(StringBuilder text, object? value, Random random)
    {
        Space(text, random);
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case double number:
                WriteNumber(text, number, random);
                break;
            case string s:
                WriteText(text, s, random);
                break;
            case List<object?> list:
                WriteAll(text, '[', list, item => Write(text, item, random), ']');
                break;
            case Dictionary<string, object?> members:
                var shuffled = members.ToArray();
                random.Shuffle(shuffled);
                WriteAll(text, '{', shuffled, member =>
                {
                    Space(text, random);
                    WriteText(text, member.Key, random);
                    Space(text, random);
                    text.Append(':');
                    Write(text, member.Value, random);
                }, '}');
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is no JSON value.");
        }
        Space(text, random);
    }

    private static void WriteAll<T>(StringBuilder text, char open, IEnumerable<T> items, Action<T> write, char close)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst) text.Append(',');
            isFirst = false;
            write(item);
        }
        text.Append(close);
    }

    private static void WriteNumber(StringBuilder text, double number, Random random)
    {
        // 17 digits always read back as the same double.
        var format = random.Next(3) switch { 0 => "E16", 1 => "e16", _ => "R" };
        text.Append(number.ToString(format, CultureInfo.InvariantCulture));
    }

    private static void WriteText(StringBuilder text, string value, Random random)
    {
        text.Append('"');
        // Runes, as half a pair that stands for itself and half that is escaped are no character.
        foreach (var rune in value.EnumerateRunes())
        {
            var c = rune.IsBmp ? (char)rune.Value : '\0';
            if (!rune.IsBmp && random.Next(5) > 0) text.Append(rune);
            else if (!rune.IsBmp) foreach (var half in rune.ToString()) Escape(text, half, random);
            else if (c is '"' or '\\' && random.Next(2) == 0) text.Append('\\').Append(c);
            else if (c == '/' && random.Next(3) == 0) text.Append("\\/");
            else if (c is '"' or '\\' or < ' ' || random.Next(5) == 0) Escape(text, c, random);
            else text.Append(c);
        }
        text.Append('"');
    }

    private static void Escape(StringBuilder text, char c, Random random)
    {
        var at = "\b\f\n\r\t".IndexOf(c);
        if (at >= 0 && random.Next(2) == 0) text.Append('\\').Append("bfnrt"[at]);
        else text.Append("\\u").Append(((int)c).ToString(random.Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture));
    }

    private static void Space(StringBuilder text, Random random)
    {
        for (var i = random.Next(6) - 3; i > 0; i--) text.Append(" \t\r\n"[random.Next(4)]);
    }
}
