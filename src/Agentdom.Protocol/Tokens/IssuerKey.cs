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

    /// <param name="key">At least <see cref="SharedSecret.MinimumBytes"/> bytes.</param>
    internal IssuerKey(byte[] key)
    {
        SigningKey = new SymmetricSecurityKey(key) { KeyId = Hmac.DeriveId(key, KeyIdInfo) };
        _head = Base64UrlEncoder.Encode(CanonicalJson.FromValue(new Dictionary<string, object?>
        {
            [JwtHeaderParameterNames.Alg] = SecurityAlgorithms.HmacSha256,
            [JwtHeaderParameterNames.Kid] = SigningKey.KeyId,
            [JwtHeaderParameterNames.Typ] = AccessTokenFormat.Type,
        })) + ".";
    }

    /// <summary>The key of a secret. It is derived, so that it cannot be used to sign requests.</summary>
    internal static IssuerKey Of(SharedSecret secret) => new(Hmac.DeriveKey(secret.Bytes, SigningInfo));

    internal SymmetricSecurityKey SigningKey { get; }

    /// <summary>The only algorithm that this key is used with.</summary>
    internal string Algorithm { get; } = SecurityAlgorithms.HmacSha256;

    /// <summary>A JWT with these claims, signed with HS256 (RFC 7515 §3.1).</summary>
    internal string Sign(IDictionary<string, object?> claims)
    {
        var signed = _head + Base64UrlEncoder.Encode(CanonicalJson.FromValue(claims));
        return signed + "." + Base64UrlEncoder.Encode(Hmac.Compute(SigningKey.Key, Encoding.ASCII.GetBytes(signed)));
    }
}
