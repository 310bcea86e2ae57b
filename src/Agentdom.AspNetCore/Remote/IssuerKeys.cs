using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Agentdom.AspNetCore;

/// <summary>What an issuer publishes about itself, as it was read at one time.</summary>
/// <param name="document">Its metadata (RFC 8414), with its key set (RFC 7517).</param>
internal sealed class IssuerKeys(OpenIdConnectConfiguration document)
{
    // If a key id occurs twice, nothing says which of the keys is meant.
    private readonly Dictionary<string, VerificationKey> _keys = (document.JsonWebKeySet?.Keys ?? [])
        .GroupBy(static key => key.KeyId ?? "", StringComparer.Ordinal)
        .Where(static same => same.Count() == 1)
        .Select(static same => PublishedKey.Of(same.First()))
        .OfType<VerificationKey>()
        .ToDictionary(static key => key.Key.KeyId, StringComparer.Ordinal);

    internal string? IntrospectionEndpoint => document.IntrospectionEndpoint;

    internal VerificationKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);
}
