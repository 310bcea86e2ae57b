using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Agentdom.Tests.Support;

/// <summary>Creates and reads signatures and JWTs with the runtime's own cryptography only.</summary>
internal static class ByHand
{
    /// <summary>Lower-case hex of the HMAC over a canonical body.</summary>
    internal static string Sign(string canonicalBody, string secret = TestIssuer.SecretText) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(canonicalBody)));

    /// <summary>The key for signing tokens that the protocol derives from a secret.</summary>
    internal static byte[] TokenKey(string secret = TestIssuer.SecretText) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: "agentdom/atp/jwt/v1"u8.ToArray());

    /// <summary>The id of a secret in the tokens that were requested with it.</summary>
    internal static string SecretKeyId(string secret = TestIssuer.SecretText) => Convert.ToHexStringLower(HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: "agentdom/atp/akid/v1"u8.ToArray()))[..16];

    internal static JsonElement Header(string token) => Part(token, 0);

    internal static JsonElement Claims(string token) => Part(token, 1);

    internal static bool IsSigned(string token, byte[] key)
    {
        var signature = token.LastIndexOf('.');
        return HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(token[..signature]))
            .SequenceEqual(Base64Url.DecodeFromChars(token.AsSpan(signature + 1)));
    }

    /// <summary>A JWT with exactly this header and payload, by default signed with HMAC-SHA256.</summary>
    internal static string Token(string header, string payload, byte[] key, Func<byte[], byte[], byte[]>? mac = null)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        var signature = (mac ?? HMACSHA256.HashData)(key, Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>A token's payload as text, for use in another token.</summary>
    internal static string PayloadOf(string token) =>
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1]));

    internal static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static JsonElement Part(string token, int index) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[index])).RootElement;
}
