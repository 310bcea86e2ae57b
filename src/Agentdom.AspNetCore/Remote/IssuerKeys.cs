using Microsoft.IdentityModel.Tokens;

namespace Agentdom.AspNetCore;

/// <summary>What an issuer publishes about itself, as it was read at one time.</summary>
/// <param name="introspectionEndpoint">The address that its metadata names (RFC 8414), or null.</param>
/// <param name="keySet">Its key set (RFC 7517).</param>
internal sealed class IssuerKeys(string? introspectionEndpoint, JsonObject keySet)
{
    // Keys that cannot check tokens come first, so that they do not remove one that can. If other keys have the same id, nothing says
    // which of them is meant.
    private readonly Dictionary<string, VerificationKey> _keys = (keySet["keys"] as List<object?> ?? [])
        .OfType<JsonObject>()
        .Select(PublishedKey.Of)
        .OfType<VerificationKey>()
        .DistinctBy(static key => (key.Key.KeyId, Base64UrlEncoder.Encode(key.Key.ComputeJwkThumbprint())))
        .GroupBy(static key => key.Key.KeyId, StringComparer.Ordinal)
        .Where(static same => same.Count() == 1)
        .ToDictionary(static same => same.Key, static same => same.First(), StringComparer.Ordinal);

    internal string? IntrospectionEndpoint => introspectionEndpoint;

    internal bool HasKeys => _keys.Count > 0;

    internal VerificationKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);
}
