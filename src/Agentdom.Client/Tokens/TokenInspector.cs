using System.IdentityModel.Tokens.Jwt;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Client;

/// <summary>Decodes a JWT for display. The content is verified only if a shared secret was given.</summary>
internal sealed class TokenInspector
{
    private TokenInspector(JwtSecurityToken jwt, bool isVerified)
    {
        IsVerified = isVerified;
        Algorithm = jwt.Header.Alg;
        Type = jwt.Header.Typ;
        KeyId = jwt.Header.Kid;
        Claims = StrictJson.ParseObject(Base64UrlEncoder.DecodeBytes(jwt.RawPayload));
    }

    /// <summary>Whether the signature, the type and the times were checked.</summary>
    public bool IsVerified { get; }

    /// <summary>The <c>alg</c> header.</summary>
    public string? Algorithm { get; }

    /// <summary>The <c>typ</c> header.</summary>
    public string? Type { get; }

    /// <summary>The <c>kid</c> header.</summary>
    public string? KeyId { get; }

    /// <summary>The token's claims.</summary>
    public JsonObject Claims { get; }

    /// <summary>Decodes a token and checks only its form.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.TokenInvalid"/></exception>
    public static TokenInspector Look(string token) => Reading(() => new TokenInspector(Handler().ReadJwtToken(token), false));

    /// <summary>Decodes a token that must be signed with the key derived from a secret and be valid now.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.TokenInvalid"/>, also if it has another signature or has expired.</exception>
    public static TokenInspector Verify(string token, SharedSecret secret) => Reading(() =>
    {
        // Throws if it is no JWT at all.
        Handler().ReadJwtToken(token);
        VerificationKey[] keys = [IssuerKey.Of(secret).Verification];
        if (!AccessTokenFormat.IsPlain(token, [SecurityAlgorithms.HmacSha256]))
            throw Invalid("it is not in canonical base64url, or its header asks for something other than HS256");
        var validation = AccessTokenFormat.Validation(keys, null, null, TimeProvider.System);
        Handler().ValidateToken(token, validation, out var validated);
        return new TokenInspector((JwtSecurityToken)validated, true);
    });

    private static JwtSecurityTokenHandler Handler() =>
        new() { MapInboundClaims = false, MaximumTokenSizeInBytes = AccessTokenFormat.MaxLength };

    private static TokenInspector Reading(Func<TokenInspector> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or FormatException
            or NullReferenceException or JsonException)
        {
            // The library throws the last two for a null in a list and for a list in place of a string.
            // IdentityModel's messages repeat parts of the token, so they are not shown.
            throw Invalid(Why(e));
        }
    }

    private static AtpException Invalid(string why) => new(AtpError.TokenInvalid, $"This is not a token that can be read: {why}.",
        "Use the whole JWT as the issuer sent it and, to verify it, the secret it was issued under.");

    private static string Why(Exception e) => e switch
    {
        SecurityTokenInvalidLifetimeException => "it has expired or is not valid yet",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "it was not signed with this secret",
        SecurityTokenInvalidTypeException => $"its type is not {AccessTokenFormat.Type}",
        SecurityTokenInvalidAlgorithmException => "it is not signed with HS256",
        _ => "it is not a JSON Web Token",
    };
}
