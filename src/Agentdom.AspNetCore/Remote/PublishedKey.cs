using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.AspNetCore;

/// <summary>Which keys of a key set (RFC 7517) can check tokens.</summary>
internal static class PublishedKey
{
    private const int MinimumRsaBits = 2048;

    /// <summary>The algorithms of keys that can be published (protocol.md §6).</summary>
    internal static ICollection<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256];

    /// <returns>The key with its only algorithm and nothing else of what is published, or null if it cannot check tokens.</returns>
    internal static VerificationKey? Of(JsonObject jwk)
    {
        if (jwk["kid"] is not string { Length: > 0 } id || !IsFor(jwk, "use", JsonWebKeyUseNames.Sig) || !IsToVerify(jwk)) return null;
        try
        {
            var (key, algorithm) = (jwk["kty"], jwk["crv"]) switch
            {
                (JsonWebAlgorithmsKeyTypes.EllipticCurve, JsonWebKeyECTypes.P256) => (Ec(jwk), SecurityAlgorithms.EcdsaSha256),
                (JsonWebAlgorithmsKeyTypes.RSA, _) => (Rsa(jwk), SecurityAlgorithms.RsaSha256),
                _ => (null, ""),
            };
            if (key is null || !IsFor(jwk, "alg", algorithm)) return null;
            key.KeyId = id;
            return new VerificationKey(key, algorithm);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonFormatException)
        {
            return null;
        }
    }

    private static bool IsFor(JsonObject jwk, string name, string expected) => jwk[name] is null || expected.Equals(jwk[name]);

    private static bool IsToVerify(JsonObject jwk) =>
        jwk["key_ops"] is null || (jwk["key_ops"] is List<object?> all && all.Contains("verify"));

    private static JsonWebKey Ec(JsonObject jwk)
    {
        var point = new ECPoint { X = Number(jwk, "x"), Y = Number(jwk, "y") };
        // Throws if the point is not on the curve.
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
        return new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv = JsonWebKeyECTypes.P256,
            X = Base64UrlEncoder.Encode(point.X), Y = Base64UrlEncoder.Encode(point.Y),
        };
    }

    private static JsonWebKey? Rsa(JsonObject jwk)
    {
        var numbers = new RSAParameters { Modulus = Number(jwk, "n"), Exponent = Number(jwk, "e") };
        using var key = RSA.Create(numbers);
        return key.KeySize < MinimumRsaBits
            ? null
            : new JsonWebKey
            {
                Kty = JsonWebAlgorithmsKeyTypes.RSA,
                N = Base64UrlEncoder.Encode(numbers.Modulus), E = Base64UrlEncoder.Encode(numbers.Exponent),
            };
    }

    /// <exception cref="FormatException">It is missing, or not base64url.</exception>
    private static byte[] Number(JsonObject jwk, string name) => jwk[name] is string { Length: > 0 } text
        ? Base64UrlEncoder.DecodeBytes(text)
        : throw new FormatException();
}
