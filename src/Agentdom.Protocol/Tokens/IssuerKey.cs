using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Protocol;

/// <summary>A key that signs tokens: derived from a shared secret, or the provider's own (protocol.md §6).</summary>
internal sealed class IssuerKey
{
    private const string SigningInfo = "agentdom/atp/jwt/v1";
    private const string KeyIdInfo = "agentdom/atp/kid/v1";

    // The encoded header and its dot, which are the same for every token.
    private readonly string _head;
    private readonly Func<byte[], byte[]> _sign;

    /// <summary>A key for HS256.</summary>
    /// <param name="key">At least <see cref="SharedSecret.MinimumBytes"/> bytes.</param>
    internal IssuerKey(byte[] key) : this(
        new VerificationKey(new SymmetricSecurityKey(key) { KeyId = Hmac.DeriveId(key, KeyIdInfo) }, SecurityAlgorithms.HmacSha256),
        data => Hmac.Compute(key, data))
    {
    }

    /// <param name="verification">What checks the signatures. Its key has an id.</param>
    /// <param name="sign">Makes a signature as RFC 7518 §3 defines it. It must be thread-safe.</param>
    internal IssuerKey(VerificationKey verification, Func<byte[], byte[]> sign)
    {
        Verification = verification;
        _sign = sign;
        _head = Base64UrlEncoder.Encode(CanonicalJson.Utf8FromValue(new Dictionary<string, object?>
        {
            [JwtHeaderParameterNames.Alg] = verification.Algorithm,
            [JwtHeaderParameterNames.Kid] = Id,
            [JwtHeaderParameterNames.Typ] = AccessTokenFormat.Type,
        })) + ".";
    }

    /// <summary>The key of a secret. It is derived, so that it cannot be used to sign requests.</summary>
    internal static IssuerKey Of(SharedSecret secret) => new(Hmac.DeriveKey(secret.Bytes, SigningInfo));

    /// <summary>What checks this key's signatures.</summary>
    internal VerificationKey Verification { get; }

    /// <summary>The <c>kid</c>.</summary>
    internal string Id => Verification.Key.KeyId;

    /// <summary>The public half as a JSON Web Key (RFC 7517), or null if the key is a secret one.</summary>
    internal IDictionary<string, object?>? PublicJwk { get; init; }

    /// <summary>A JWT with these claims (RFC 7515 §3.1).</summary>
    internal string Sign(IDictionary<string, object?> claims)
    {
        var signed = _head + Base64UrlEncoder.Encode(CanonicalJson.Utf8FromValue(claims));
        return signed + "." + Base64UrlEncoder.Encode(_sign(Encoding.ASCII.GetBytes(signed)));
    }
}
