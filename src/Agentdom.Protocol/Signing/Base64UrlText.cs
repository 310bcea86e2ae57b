namespace Agentdom.Protocol;

/// <summary>Base64url without padding (RFC 4648 §5).</summary>
internal static class Base64UrlText
{
    internal static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <exception cref="FormatException">The text is not base64url. Unused bits and white space are not noticed.</exception>
    internal static byte[] Decode(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
