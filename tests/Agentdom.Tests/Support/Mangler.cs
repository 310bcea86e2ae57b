using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>Corrupts request bodies in many ways, which are the same for the same seed.</summary>
internal sealed class Mangler(int seed)
{
    private static readonly string[] s_values =
    [
        "null", "true", "{}", "[]", "[[]]", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "0", "-0",
        "1e999", "-1e999", "1e-999", "9007199254740993", "123456789012345678901234567890", "0.1", "1E5", "\"1795464527000\"",
        "[1,2,3]", "{\"a\":{\"a\":1}}",
        "01", "+1", ".5", "NaN", "Infinity", "0x10", "'a'", "undefined",
    ];

    private static readonly string[] s_members =
        ["agent_id", "purpose", "scopes", "timestamp", "signature", "aud", "token", "", "__proto__"];

    private static readonly Encoding[] s_encodings =
    [
        Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1,
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
    ];

    private readonly Random _random = new(seed);

    internal byte[] Next(string valid)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        return _random.Next(10) switch
        {
            0 => FlipBits(bytes),
            1 => bytes[.._random.Next(bytes.Length)],
            2 => Encoding.UTF8.GetBytes(WithMember(valid, Pick(s_members), Pick(s_values))),
            3 => Encoding.UTF8.GetBytes(valid.Insert(1, $"\"{Pick(s_members)}\":{Pick(s_values)},")),
            4 => Encoding.UTF8.GetBytes(WithMember(valid, "extra", Nested(_random.Next(1, 4_000)))),
            5 => Encoding.UTF8.GetBytes(WithMember(valid, "timestamp", new string('9', _random.Next(1, 10_000)))),
            6 => Encoded(valid),
            7 => Spliced(bytes),
            8 => Random(_random.Next(600)),
            _ => Encoding.UTF8.GetBytes(WithMember(valid, "purpose", $"\"{new string('x', _random.Next(20_000))}\"")),
        };
    }

    private byte[] FlipBits(byte[] bytes)
    {
        for (var i = _random.Next(1, 5); i > 0; i--) bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        return bytes;
    }

    private static string WithMember(string valid, string name, string value) => $"{valid[..^1]},\"{name}\":{value}}}";

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private byte[] Encoded(string valid)
    {
        var encoding = Pick(s_encodings);
        return [.. encoding.GetPreamble(), .. encoding.GetBytes(valid)];
    }

    private byte[] Spliced(byte[] bytes)
    {
        var at = _random.Next(bytes.Length);
        return [.. bytes[..at], .. Random(_random.Next(1, 40)), .. bytes[at..]];
    }

    private byte[] Random(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}
