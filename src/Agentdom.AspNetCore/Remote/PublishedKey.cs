using Microsoft.IdentityModel.Tokens;

namespace Agentdom.AspNetCore;

/// <summary>Which keys of a key set can check tokens.</summary>
internal static class PublishedKey
{
    /// <summary>The algorithms of keys that can be published (protocol.md §6).</summary>
    internal static ICollection<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256];

    /// <returns>The key with its only algorithm, or null if it cannot check tokens.</returns>
    internal static VerificationKey? Of(JsonWebKey key)
    {
        var algorithm = key.Kty switch
        {
            JsonWebAlgorithmsKeyTypes.EllipticCurve when key.Crv == JsonWebKeyECTypes.P256 => SecurityAlgorithms.EcdsaSha256,
            JsonWebAlgorithmsKeyTypes.RSA when key.KeySize >= 2048 => SecurityAlgorithms.RsaSha256,
            _ => null,
        };
        if (algorithm is null || string.IsNullOrEmpty(key.KeyId)) return null;
        if (key.Use is { Length: > 0 } use && use != JsonWebKeyUseNames.Sig) return null;
        return string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm ? new VerificationKey(key, algorithm) : null;
    }
}
