using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.AspNetCore;

/// <summary>What an issuer publishes about itself, as it was read at one time.</summary>
/// <param name="document">Its metadata (RFC 8414), with its key set (RFC 7517).</param>
/// <param name="readAt">When it was read (UTC).</param>
internal sealed class IssuerKeys(OpenIdConnectConfiguration document, DateTimeOffset readAt)
{
    // If a key id occurs twice, nothing says which of the keys is meant.
    private readonly Dictionary<string, SecurityKey> _keys = document.SigningKeys
        .Where(static key => key is not SymmetricSecurityKey && !string.IsNullOrEmpty(key.KeyId))
        .GroupBy(static key => key.KeyId, StringComparer.Ordinal)
        .Where(static same => same.Count() == 1)
        .ToDictionary(static same => same.Key, static same => same.First(), StringComparer.Ordinal);

    internal DateTimeOffset ReadAt => readAt;

    internal string? IntrospectionEndpoint => document.IntrospectionEndpoint;

    internal SecurityKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);
}
