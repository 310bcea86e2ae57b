using System.Text;

namespace Agentdom.Issuer;

/// <summary>
/// The API keys with which registered agents manage their tokens (protocol.md §10). An issuer stores only the hash of a key. No salt is
/// needed, because a key has 256 random bits.
/// </summary>
public static class AgentApiKey
{
    private const string Prefix = "atpk_";
    private const string KeyIdInfo = "agentdom/atp/akid/api-key/v1";
    private const int RandomBytesInKey = 32;
    private const int Length = 48;
    private const int HashLength = 64;

    /// <summary>How many hex digits the id of a key has.</summary>
    internal const int KeyIdLength = 16;

    /// <summary>A new key: <c>atpk_</c> and 256 random bits as 43 characters of base64url.</summary>
    public static string Generate() => Prefix + Base64UrlText.Encode(RandomBytes.Make(RandomBytesInKey));

    /// <summary>What an issuer stores of a key: its SHA-256 as 64 lower-case hex digits.</summary>
    /// <param name="key">The key.</param>
    public static string HashOf(string key) => Hex.Encode(Sha256.Compute(Encoding.UTF8.GetBytes(key)));

    /// <summary>Whether a text has the form of a key. Others are refused without a search, and cannot be weak ones.</summary>
    internal static bool IsKey(string text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text.Skip(Prefix.Length).All(IsBase64Url);

    /// <summary>Whether a text has the form of a hash.</summary>
    internal static bool IsHash(string? text) => text is { Length: HashLength } && text.All(IsHex);

    /// <summary>Whether a text has the form of what <see cref="KeyIdOf"/> returns.</summary>
    internal static bool IsKeyId(string text) => text.Length == KeyIdLength && text.All(IsHex);

    /// <summary>Names a key in tokens that were requested with it, without revealing anything about it.</summary>
    internal static string KeyIdOf(string hash) => Hmac.DeriveId(Hex.Decode(hash, Hmac.Size)!, KeyIdInfo);

    private static bool IsHex(char c) => c is (>= '0' and <= '9') or (>= 'a' and <= 'f');

    private static bool IsBase64Url(char c) => c is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_';
}
