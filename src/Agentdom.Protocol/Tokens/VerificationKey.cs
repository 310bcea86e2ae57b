using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Protocol;

/// <summary>A key that tokens are checked with.</summary>
/// <param name="Key">The secret key, or a public one.</param>
/// <param name="Algorithm">The only algorithm that the key is used with (RFC 8725 §3.1).</param>
internal sealed record VerificationKey(SecurityKey Key, string Algorithm);
