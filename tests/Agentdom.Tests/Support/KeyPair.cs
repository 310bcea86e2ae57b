using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>A key pair for signing tokens, and tokens that are signed with it by the runtime's own cryptography only.</summary>
internal sealed class KeyPair
{
    private readonly Func<byte[], byte[]> _sign;
    private readonly Func<byte[], byte[], bool> _verify;

    private KeyPair(
        AsymmetricAlgorithm key, string algorithm, string canonicalJwk, Func<byte[], byte[]> sign, Func<byte[], byte[], bool> verify)
    {
        (Key, Algorithm, CanonicalJwk, _sign, _verify) = (key, algorithm, canonicalJwk, sign, verify);
        KeyId = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalJwk)));
    }

    internal AsymmetricAlgorithm Key { get; }

    /// <summary>The private key in PEM (PKCS#8).</summary>
    internal string Pem => Key.ExportPkcs8PrivateKeyPem();

    internal string Algorithm { get; }

    /// <summary>The members that RFC 7638 hashes, as it writes them.</summary>
    internal string CanonicalJwk { get; }

    /// <summary>The thumbprint (RFC 7638).</summary>
    internal string KeyId { get; }

    internal static KeyPair Ec()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        return new KeyPair(
            key, "ES256",
            $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""",
            data => key.SignData(data, HashAlgorithmName.SHA256),
            (data, signature) => key.VerifyData(data, signature, HashAlgorithmName.SHA256));
    }

    internal static KeyPair Rsa(int bits = 2048)
    {
        var key = RSA.Create(bits);
        var numbers = key.ExportParameters(false);
        return new KeyPair(
            key, "RS256",
            $$"""{"e":"{{Base64Url.EncodeToString(numbers.Exponent)}}","kty":"RSA","n":"{{Base64Url.EncodeToString(numbers.Modulus)}}"}""",
            data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            (data, signature) => key.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>A token as an issuer would write it for the agent "test-agent", but for what is changed.</summary>
    internal string Token(
        string issuer, long expires, Action<System.Text.Json.Nodes.JsonObject>? header = null,
        Action<System.Text.Json.Nodes.JsonObject>? claims = null)
    {
        var head = new System.Text.Json.Nodes.JsonObject { ["alg"] = Algorithm, ["typ"] = "at+jwt", ["kid"] = KeyId };
        var body = new System.Text.Json.Nodes.JsonObject
        {
            ["iss"] = issuer, ["sub"] = "test-agent", ["jti"] = "an-id", ["scope"] = "data.read", ["exp"] = expires, ["nbf"] = expires - 60,
        };
        header?.Invoke(head);
        claims?.Invoke(body);
        return Token(head.ToJsonString(), body.ToJsonString());
    }

    /// <summary>A certificate for the key, signed by itself and valid today.</summary>
    internal X509Certificate2 Certificate()
    {
        var request = Key is ECDsa ec
            ? new CertificateRequest("CN=attacker", ec, HashAlgorithmName.SHA256)
            : new CertificateRequest("CN=attacker", (RSA)Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    internal static KeyPair Of(string algorithm) => algorithm == "ES256" ? Ec() : Rsa();

    internal bool HasSigned(string token)
    {
        var signature = token.LastIndexOf('.');
        return _verify(Encoding.ASCII.GetBytes(token[..signature]), Base64Url.DecodeFromChars(token.AsSpan(signature + 1)));
    }

    /// <summary>A JWT with exactly this header and payload.</summary>
    internal string Token(string header, string payload) => ByHand.Token(header, payload, [], (_, data) => _sign(data));
}
