using System.Text;

namespace Agentdom.Protocol;

/// <summary>
/// Signs request bodies and checks their signatures: HMAC-SHA256 over the canonical body without its
/// <c>signature</c> member, as lower-case hex (protocol.md §2 and §3).
/// </summary>
public static class AtpSigner
{
    /// <summary>The name of the member that holds the signature and is not covered by it.</summary>
    public const string SignatureMember = "signature";

    private const int MaxKeptBytes = 4096;

    // Kept for the thread's next body.
    [ThreadStatic]
    private static Utf8Text? t_text;

    /// <summary>The canonical body that a signature covers.</summary>
    /// <param name="body">A dictionary of values that <see cref="CanonicalJson.FromValue(object?)"/> accepts.</param>
    /// <exception cref="JsonFormatException">The body has no canonical form.</exception>
    public static string CanonicalBody(System.Collections.IDictionary body) =>
        StrictJson.FromUtf8(CanonicalBytes(body, plain: null));

    /// <summary>The canonical body that a signature covers, from JSON text.</summary>
    /// <exception cref="JsonFormatException">The text is not a JSON object, or has no canonical form.</exception>
    public static string CanonicalBody(string json) =>
        StrictJson.FromUtf8(CanonicalBytes(StrictJson.ParseObject(json), plain: null));

    /// <summary>The canonical body that a signature covers, in UTF-8.</summary>
    /// <param name="body">A dictionary or a <see cref="JsonObject"/>.</param>
    /// <param name="plain">Unwraps the values inside; see <see cref="CanonicalWriter"/>.</param>
    /// <exception cref="JsonFormatException">The body has no canonical form or is not an object.</exception>
    internal static byte[] CanonicalBytes(object body, Func<object?, object?>? plain)
    {
        if (body is not (JsonObject or System.Collections.IDictionary))
            throw new JsonFormatException("A body to sign must be a JSON object.");
        // Taken, because a property of the body may be a script that signs another body.
        var text = t_text ?? new Utf8Text();
        t_text = null;
        text.Clear();
        new CanonicalWriter(plain, text).Write(body, SignatureMember);
        if (text.Capacity <= MaxKeptBytes) t_text = text;
        return text.ToArray();
    }

    /// <summary>Signs a canonical body.</summary>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Sign(string canonicalBody, SharedSecret secret) =>
        Hex.Encode(Hmac.Compute(secret.Bytes, Encoding.UTF8.GetBytes(canonicalBody)));

    /// <summary>Checks a signature in constant time.</summary>
    /// <param name="canonicalBody">What was signed.</param>
    /// <param name="signature">64 hex digits of either case. Anything else is a wrong signature.</param>
    /// <param name="secret">The shared secret.</param>
    public static bool Verify(string canonicalBody, string signature, SharedSecret secret) =>
        Hex.Decode(signature, Hmac.Size) is { } claimed && Verify(Encoding.UTF8.GetBytes(canonicalBody), claimed, secret);

    /// <inheritdoc cref="Verify(string, string, SharedSecret)"/>
    internal static bool Verify(byte[] canonicalBody, string signature, SharedSecret secret) =>
        Hex.Decode(signature, Hmac.Size) is { } claimed && Verify(canonicalBody, claimed, secret);

    /// <inheritdoc cref="Verify(string, string, SharedSecret)"/>
    internal static bool Verify(byte[] canonicalBody, byte[] signature, SharedSecret secret) =>
        Hmac.FixedTimeEquals(signature, Hmac.Compute(secret.Bytes, canonicalBody));
}
