using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Protocol;

/// <summary>
/// A shared secret and the key that signs tokens. The key is derived from the secret, so that it cannot be used to sign
/// requests (protocol.md §6), unless the provider sets one.
/// </summary>
internal sealed class IssuerKey
{
    private const string SigningInfo = "agentdom/atp/jwt/v1";
    private const string KeyIdInfo = "agentdom/atp/kid/v1";

    // The encoded header and its dot, which are the same for every token.
    private readonly string _head;

    internal IssuerKey(SharedSecret secret, byte[]? providersKey = null)
    {
        Secret = secret;
        var key = providersKey ?? Hmac.DeriveKey(Secret.Bytes, SigningInfo);
        SigningKey = new SymmetricSecurityKey(key) { KeyId = Hex.Encode(Hmac.DeriveKey(key, KeyIdInfo)).Substring(0, 16) };
        _head = Base64UrlEncoder.Encode(CanonicalJson.FromValue(new Dictionary<string, object?>
        {
            [JwtHeaderParameterNames.Alg] = SecurityAlgorithms.HmacSha256,
            [JwtHeaderParameterNames.Kid] = SigningKey.KeyId,
            [JwtHeaderParameterNames.Typ] = AccessTokenFormat.Type,
        })) + ".";
    }

    internal SharedSecret Secret { get; }

    internal SymmetricSecurityKey SigningKey { get; }

    /// <summary>A JWT with these claims, signed with HS256 (RFC 7515 §3.1).</summary>
    internal string Sign(IDictionary<string, object?> claims)
    {
        var signed = _head + Base64UrlEncoder.Encode(CanonicalJson.FromValue(claims));
        return signed + "." + Base64UrlEncoder.Encode(Hmac.Compute(SigningKey.Key, Encoding.ASCII.GetBytes(signed)));
    }
}
