using System.Text;

namespace Agentdom.Protocol;

/// <summary>
/// The secret that agent and issuer share, held as bytes that are overwritten on <see cref="Dispose"/>. It has no
/// readable form: <see cref="ToString"/> tells its length only.
/// </summary>
public sealed class SharedSecret : IDisposable
{
    /// <summary>The fewest bytes an issuer accepts (RFC 7518 §3.2, protocol.md §6).</summary>
    public const int MinimumBytes = 32;

    private readonly byte[] _bytes;

    /// <summary>Takes over the bytes, which the caller gives up.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public SharedSecret(byte[] bytes)
    {
        if (bytes is null || bytes.Length == 0) throw new ArgumentException("A secret needs at least one byte.", nameof(bytes));
        _bytes = bytes;
    }

    /// <summary>The UTF-8 bytes of a text (protocol.md §3).</summary>
    /// <exception cref="JsonFormatException">The text holds a lone surrogate.</exception>
    public static SharedSecret FromText(string text) => new(StrictJson.ToUtf8(text));

    /// <summary>A new secret of 256 random bits, as 43 characters of base64url.</summary>
    public static string Generate()
    {
        return Convert.ToBase64String(RandomBytes.Make(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>Its length in bytes.</summary>
    public int Length => _bytes.Length;

    /// <inheritdoc/>
    public override string ToString() => $"SharedSecret ({Length} bytes)";

    /// <summary>Overwrites the bytes.</summary>
    public void Dispose() => Array.Clear(_bytes, 0, _bytes.Length);

    internal byte[] Bytes => _bytes;

    /// <summary>The text, to be taken out of what others say.</summary>
    internal string Reveal() => Encoding.UTF8.GetString(_bytes);
}
