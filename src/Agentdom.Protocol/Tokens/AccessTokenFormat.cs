using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Protocol;

/// <summary>
/// The format of agent tokens and how they are validated: JWT (RFC 7519) with the <c>typ</c> <c>at+jwt</c> (RFC 9068). The signature
/// is checked with the validator's own keys, each with its own algorithm, and never with a key from the token (protocol.md §6).
/// </summary>
internal static class AccessTokenFormat
{
    internal const string Type = "at+jwt";

    /// <summary>The maximum length in characters. The largest request, with every character escaped, stays below it.</summary>
    internal const int MaxLength = 40 * 1024;

    // Headers are read before the signature is checked. Ours have three members.
    private const int MaxHeaderValues = 64;

    // A new token must be valid at once on every node, even if the clock of the node that issued it is ahead. As nbf is the time of
    // issue, a larger tolerance extends no token. As much as the clocks of agents may be off (protocol.md §4).
    private static readonly TimeSpan s_notBeforeTolerance = TimeSpan.FromSeconds(300);

    /// <param name="keys">The validator's own keys.</param>
    /// <param name="issuer">The required <c>iss</c>, or null to accept any.</param>
    /// <param name="audience">The required <c>aud</c>, or null to accept any.</param>
    /// <param name="time">The clock.</param>
    internal static TokenValidationParameters Validation(
        IReadOnlyList<VerificationKey> keys, string? issuer, string? audience, TimeProvider time) => new()
        {
            IssuerSigningKeys = keys.Select(static k => k.Key),
            ValidateIssuerSigningKey = true,
            // A key is good for its own algorithm only, whatever algorithms other keys have (RFC 8725 §3.1).
            AlgorithmValidator = (algorithm, key, _, _) => keys.Any(k => ReferenceEquals(k.Key, key) && k.Algorithm == algorithm),
            ValidTypes = [Type],
            ValidIssuer = issuer,
            ValidateIssuer = issuer is not null,
            ValidAudience = audience,
            ValidateAudience = audience is not null,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) =>
                expires > time.GetUtcNow().UtcDateTime
                && (notBefore is null || notBefore <= time.GetUtcNow().UtcDateTime + s_notBeforeTolerance),
        };

    /// <summary>
    /// Whether a token has exactly the base64url encoding that an issuer writes, and its header asks for one of these
    /// algorithms and no <c>crit</c> extension.
    /// </summary>
    internal static bool IsPlain(string token, ICollection<string> algorithms)
    {
        if (token.Length > MaxLength) return false;
        var parts = token.Split('.');
        try
        {
            // The library's decoder ignores spaces and unused bits, so several texts would be the same token (RFC 7515 §2).
            if (parts.Length != 3
                || !Array.TrueForAll(parts, static part => Base64UrlEncoder.Encode(Base64UrlEncoder.DecodeBytes(part)) == part))
                return false;
            var header = StrictJson.ParseObject(Base64UrlEncoder.DecodeBytes(parts[0]), MaxHeaderValues);
            return !header.Has("crit")
                && header.Text(JwtHeaderParameterNames.Alg) is { } algorithm
                && algorithms.Contains(algorithm);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
