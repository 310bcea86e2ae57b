using System.Text;

namespace Agentdom.Protocol;

/// <summary>
/// The secret that agent and issuer share. Its bytes are overwritten on <see cref="Dispose"/>, and <see cref="ToString"/>
/// shows only its length.
/// </summary>
public sealed class SharedSecret : IDisposable
{
    /// <summary>The minimum length in bytes that an issuer accepts (RFC 7518 §3.2, protocol.md §6).</summary>
    public const int MinimumBytes = 32;

    private readonly byte[] _bytes;

    /// <summary>Takes ownership of the bytes. The caller must not use them afterwards.</summary>
    /// <exception cref="ArgumentException">The array is null or empty.</exception>
    public SharedSecret(byte[] bytes)
    {
        if (bytes is null || bytes.Length == 0) throw new ArgumentException("A secret needs at least one byte.", nameof(bytes));
        _bytes = bytes;
    }

    /// <summary>A secret from the UTF-8 bytes of a text (protocol.md §3).</summary>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    /// <exception cref="JsonFormatException">The text contains a lone surrogate.</exception>
    public static SharedSecret FromText(string text) => new(StrictJson.ToUtf8(text));

    /// <summary>A new secret of 256 random bits, as 43 characters of base64url.</summary>
    public static string Generate() => Base64UrlText.Encode(RandomBytes.Make(32));

    /// <summary>The length in bytes.</summary>
    public int Length => _bytes.Length;

    /// <inheritdoc/>
    public override string ToString() => $"SharedSecret ({Length} bytes)";

    /// <summary>Overwrites the bytes.</summary>
    public void Dispose() => Array.Clear(_bytes, 0, _bytes.Length);

    internal byte[] Bytes => _bytes;

    /// <summary>The secret as text, so that it can be removed from untrusted messages.</summary>
    internal string Reveal() => Encoding.UTF8.GetString(_bytes);
}
