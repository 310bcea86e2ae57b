namespace Agentdom.Protocol;

/// <summary>Bytes as lower-case hex digits and back.</summary>
internal static class Hex
{
#if !NET
    private const string Digits = "0123456789abcdef";

#endif
    internal static string Encode(byte[] bytes)
    {
#if NET
        return Convert.ToHexString(bytes).ToLowerInvariant();
#else
        var text = new char[bytes.Length * 2];
        for (var i = 0; i < bytes.Length; i++)
        {
            text[2 * i] = Digits[bytes[i] >> 4];
            text[2 * i + 1] = Digits[bytes[i] & 15];
        }
        return new string(text);
#endif
    }

    /// <summary>Exactly <paramref name="length"/> bytes from hex digits of either case; null for any other text.</summary>
    internal static byte[]? Decode(string text, int length)
    {
        if (text.Length != length * 2) return null;
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            var high = Value(text[2 * i]);
            var low = Value(text[2 * i + 1]);
            if (high < 0 || low < 0) return null;
            bytes[i] = (byte)(high << 4 | low);
        }
        return bytes;
    }

    private static int Value(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'a' and <= 'f' => digit - 'a' + 10,
        >= 'A' and <= 'F' => digit - 'A' + 10,
        _ => -1,
    };
}
