using Agentdom.Core.Signing;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Core.Issuing;

/// <summary>
/// One shared secret and the key that signs tokens under it. That key is derived, so that whoever learns it can still
/// not sign requests (protocol.md §6).
/// </summary>
internal sealed class IssuerKey
{
    private const string SigningInfo = "agentdom/atp/jwt/v1";
    private const string KeyIdInfo = "agentdom/atp/kid/v1";

    internal IssuerKey(SharedSecret secret, byte[]? providersKey = null)
    {
        Secret = secret;
        var key = providersKey ?? Hmac.DeriveKey(Secret.Bytes, SigningInfo);
        SigningKey = new SymmetricSecurityKey(key) { KeyId = Hex.Encode(Hmac.DeriveKey(key, KeyIdInfo)).Substring(0, 16) };
        Credentials = new SigningCredentials(SigningKey, SecurityAlgorithms.HmacSha256);
    }

    internal SharedSecret Secret { get; }

    internal SymmetricSecurityKey SigningKey { get; }

    internal SigningCredentials Credentials { get; }
}
