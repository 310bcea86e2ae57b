#if NET
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Issuer;

/// <summary>
/// Reads private keys in PEM that are not encrypted (PKCS#8, SEC1, PKCS#1): EC on the curve P-256, for ES256, and RSA, for RS256.
/// </summary>
internal static class PemKey
{
    private const int MinimumRsaBits = 2048;
    private const string Pkcs8 = "PRIVATE KEY";
    private const string Sec1 = "EC PRIVATE KEY";
    private const string Pkcs1 = "RSA PRIVATE KEY";

    /// <returns>The key, or what is wrong, as the rest of a sentence. It does not repeat anything of the text.</returns>
    internal static (IssuerKey? Key, string? Problem) Read(string text)
    {
        // Settings of one line, such as those of a file with environment variables, have "\n" for a line break.
        text = text.Replace("\\n", "\n", StringComparison.Ordinal);
        var keys = Find(text);
        if (keys.Count > 1) return (null, "has several private keys. Make each an entry of its own, newest first.");
        if (keys.Count == 0)
            return (null, text.Contains("ENCRYPTED", StringComparison.Ordinal)
                ? "is encrypted. Decrypt it with 'openssl pkey -in key.pem', and store it with your other secrets."
                : $"has no private key in PEM; {SigningKeyEntry.HowToMakeOne}");
        try
        {
            return Import(keys[0].Label, keys[0].Content);
        }
        catch (Exception e) when (IsUnfit(e))
        {
            // Its message says nothing that helps, and may describe the content.
            return Unfit();
        }
    }

    // Other blocks, such as a certificate or OpenSSL's "EC PARAMETERS", may stand beside the key.
    private static List<(string Label, byte[] Content)> Find(ReadOnlySpan<char> text)
    {
        var found = new List<(string, byte[])>();
        while (PemEncoding.TryFind(text, out var fields))
        {
            var label = text[fields.Label].ToString();
            if (label is Pkcs8 or Sec1 or Pkcs1) found.Add((label, Convert.FromBase64String(text[fields.Base64Data].ToString())));
            text = text[fields.Location.End..];
        }
        return found;
    }

    /// <exception cref="CryptographicException">The content is not a key of these kinds.</exception>
    /// <exception cref="NotSupportedException">This system does not know the curve.</exception>
    private static (IssuerKey? Key, string? Problem) Import(string label, byte[] content)
    {
        if (label != Pkcs1)
        {
            using var ec = ECDsa.Create();
            try
            {
                if (label == Sec1) ec.ImportECPrivateKey(content, out _);
                else ec.ImportPkcs8PrivateKey(content, out _);
                return Use(ec.ExportParameters(includePrivateParameters: true));
            }
            catch (Exception e) when (label == Pkcs8 && IsUnfit(e))
            {
                // PKCS#8 does not say in its label which kind of key it is.
            }
        }
        using var rsa = RSA.Create();
        if (label == Pkcs1) rsa.ImportRSAPrivateKey(content, out _);
        else rsa.ImportPkcs8PrivateKey(content, out _);
        return rsa.KeySize < MinimumRsaBits
            ? (null, $"is an RSA key of {rsa.KeySize} bits and needs at least {MinimumRsaBits}.")
            : (Use(rsa.ExportParameters(includePrivateParameters: true)), null);
    }

    private static (IssuerKey? Key, string? Problem) Use(ECParameters key)
    {
        // Windows knows the curve by its name.
        var p256 = ECCurve.NamedCurves.nistP256.Oid;
        if (!key.Curve.IsNamed || (key.Curve.Oid.Value != p256.Value && key.Curve.Oid.FriendlyName != p256.FriendlyName)) return Unfit();
        var jwk = Jwk("EC", SecurityAlgorithms.EcdsaSha256, ("crv", "P-256"), ("x", Encode(key.Q.X!)), ("y", Encode(key.Q.Y!)));
        var pool = new KeyPool<ECDsa>(() => ECDsa.Create(key), static (ec, data) => ec.SignData(data, HashAlgorithmName.SHA256));
        var shown = new ECDsaSecurityKey(ECDsa.Create(new ECParameters { Curve = key.Curve, Q = key.Q }));
        return (Make(shown, jwk, pool.Sign), null);
    }

    private static IssuerKey Use(RSAParameters key)
    {
        var jwk = Jwk("RSA", SecurityAlgorithms.RsaSha256, ("e", Encode(key.Exponent!)), ("n", Encode(key.Modulus!)));
        var pool = new KeyPool<RSA>(
            () => RSA.Create(key), static (rsa, data) => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var shown = new RsaSecurityKey(new RSAParameters { Exponent = key.Exponent, Modulus = key.Modulus });
        return Make(shown, jwk, pool.Sign);
    }

    private static IssuerKey Make(SecurityKey shown, Dictionary<string, object?> jwk, Func<byte[], byte[]> sign)
    {
        shown.KeyId = (string)jwk["kid"]!;
        return new IssuerKey(new VerificationKey(shown, (string)jwk["alg"]!), sign) { PublicJwk = jwk };
    }

    private static Dictionary<string, object?> Jwk(string type, string algorithm, params (string Name, string Value)[] numbers)
    {
        var jwk = numbers.ToDictionary(static n => n.Name, static n => (object?)n.Value);
        jwk["kty"] = type;
        // The hash covers the members that define the key, in canonical form (RFC 7638 §3).
        jwk["kid"] = Encode(Sha256.Compute(CanonicalJson.Utf8FromValue(jwk)));
        jwk["alg"] = algorithm;
        jwk["use"] = "sig";
        return jwk;
    }

    private static bool IsUnfit(Exception e) => e is CryptographicException or NotSupportedException;

    private static (IssuerKey? Key, string? Problem) Unfit() =>
        (null, $"is neither an EC key on the curve P-256 nor an RSA key; {SigningKeyEntry.HowToMakeOne}");

    private static string Encode(byte[] bytes) => Base64UrlText.Encode(bytes);
}
#endif
