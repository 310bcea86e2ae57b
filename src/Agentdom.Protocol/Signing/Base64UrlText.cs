namespace Agentdom.Protocol;

/// <summary>Base64url without padding (RFC 4648 §5).</summary>
internal static class Base64UrlText
{
#if NET
    internal static string Encode(byte[] bytes) => string.Create((bytes.Length * 4 + 2) / 3, bytes, static (text, bytes) =>
    {
        var whole = bytes.Length / 3 * 3;
        Convert.TryToBase64Chars(bytes.AsSpan(0, whole), text, out var written);
        if (whole < bytes.Length)
        {
            Span<char> padded = stackalloc char[4];
            Convert.TryToBase64Chars(bytes.AsSpan(whole), padded, out _);
            padded[..(text.Length - written)].CopyTo(text[written..]);
        }
        text.Replace('+', '-');
        text.Replace('/', '_');
    });
#else
    internal static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
#endif

    /// <exception cref="FormatException">The text is not base64url. Unused bits and white space are not noticed.</exception>
    internal static byte[] Decode(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
