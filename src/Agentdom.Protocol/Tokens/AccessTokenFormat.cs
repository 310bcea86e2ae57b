using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Protocol;

/// <summary>
/// How an agent token looks and when it is believed: a JWT (RFC 7519), HS256 only, <c>typ</c> <c>at+jwt</c> (RFC 9068),
/// checked against keys that this side holds and never against one that the token names (protocol.md §6).
/// </summary>
internal static class AccessTokenFormat
{
    internal const string Type = "at+jwt";

    /// <summary>
    /// The longest token that is looked at, in characters: more than the largest request can lead to, all its characters
    /// being escaped in the token.
    /// </summary>
    internal const int MaxLength = 40 * 1024;

    // Nodes' clocks differ a little: a token minted at one must not be too young for the next.
    private static readonly TimeSpan s_notBeforeTolerance = TimeSpan.FromSeconds(30);

    /// <param name="keys">The keys that this side holds.</param>
    /// <param name="issuer">The <c>iss</c> to insist on, or null where any will do.</param>
    /// <param name="audience">The <c>aud</c> to insist on, or null where any will do.</param>
    /// <param name="time">The clock.</param>
    internal static TokenValidationParameters Validation(
        IEnumerable<SecurityKey> keys, string? issuer, string? audience, TimeProvider time) => new()
        {
            IssuerSigningKeys = keys,
            ValidateIssuerSigningKey = true,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
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
    /// Whether a token is spelt as an issuer spells it, and its header asks for nothing that this side does not do, such as
    /// an unknown <c>crit</c>.
    /// </summary>
    internal static bool IsPlain(string token)
    {
        if (token.Length > MaxLength) return false;
        var parts = token.Split('.');
        try
        {
            // The library's decoder passes over spaces and unused bits, so many texts would be one token (RFC 7515 §2).
            static bool IsExact(string part) => Base64UrlEncoder.Encode(Base64UrlEncoder.DecodeBytes(part)) == part;
            if (parts.Length != 3 || !Array.TrueForAll(parts, IsExact)) return false;
            var header = StrictJson.ParseObject(Base64UrlEncoder.DecodeBytes(parts[0]));
            return !header.Has("crit")
                && header.Text(JwtHeaderParameterNames.Alg) == SecurityAlgorithms.HmacSha256;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
