using System.Globalization;
using System.Text;
using CsCheck;

namespace Agentdom.Tests.Properties;

/// <summary>Properties of the canonical form of any value.</summary>
public sealed class CanonicalFormTests
{
    private const int Values = 5_000;

    [Fact]
    public void HoweverAValueIsWrittenItsFormIsOne() =>
        Gen.Select(JsonValues.Any, Gen.Int, Gen.Int).Sample(
            (value, one, other) => CanonicalJson.FromText(JsonValues.Write(value, new Random(one)))
                == CanonicalJson.FromText(JsonValues.Write(value, new Random(other))),
            iter: Values);

    [Fact]
    public void TheFormIsItsOwnForm() =>
        JsonValues.Any.Sample(value =>
        {
            var form = CanonicalJson.FromValue(value);
            return CanonicalJson.FromText(form) == form;
        }, iter: Values);

    [Fact]
    public void ReadingTheFormGivesTheValueBack() =>
        JsonValues.Any.Sample(value => AreEqual(StrictJson.Parse(CanonicalJson.FromValue(value)), value), iter: Values);

    /// <summary>The other writer is short and slow, and shares only the format of fractions with ours.</summary>
    [Fact]
    public void TheFormIsTheOneAnotherWriterGives() =>
        JsonValues.Any.Sample(value => CanonicalJson.FromValue(value) == Plainly(value), iter: Values);

    [Fact]
    public void NumbersAreShortestAndReadBack() =>
        Gen.ULong.Select(BitConverter.UInt64BitsToDouble).Where(double.IsFinite).Sample(number =>
        {
            var text = CanonicalJson.FromValue(number);
            var digits = text.Split('e')[0].Count(char.IsAsciiDigit);
            return double.Parse(text, CultureInfo.InvariantCulture) == number
                // Never longer than the form with all 17 digits. Integers of up to 21 digits are written out.
                && (digits <= 17 || Math.Abs(number) is >= 1e17 and < 1e21 or < 1);
        }, iter: Values);

    private static string Plainly(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => JsonNumber.Format(number),
        string text => Quoted(text),
        List<object?> list => $"[{string.Join(',', list.Select(Plainly))}]",
        // Big-endian bytes sort in the order of UTF-16 code units.
        Dictionary<string, object?> members => $"{{{string.Join(',', members
            .OrderBy(m => Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(m.Key)), StringComparer.Ordinal)
            .Select(m => $"{Quoted(m.Key)}:{Plainly(m.Value)}"))}}}",
        _ => throw new ArgumentException($"{value.GetType()} is no JSON value."),
    };

    private static string Quoted(string text) => $"\"{string.Concat(text.Select(c => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    }))}\"";

    private static bool AreEqual(object? read, object? value) => (read, value) switch
    {
        (JsonObject one, Dictionary<string, object?> other) =>
            one.Count == other.Count && one.All(m => other.TryGetValue(m.Key, out var v) && AreEqual(m.Value, v)),
        (List<object?> one, List<object?> other) => one.Count == other.Count && one.Zip(other).All(p => AreEqual(p.First, p.Second)),
        // Canonical JSON does not distinguish 0 and -0.
        (double one, double other) => one == other,
        _ => Equals(read, value),
    };
}
