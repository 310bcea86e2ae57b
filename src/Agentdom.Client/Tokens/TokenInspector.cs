using System.IdentityModel.Tokens.Jwt;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Client;

/// <summary>Looks inside a JWT, for people. What it shows is proven only where a shared secret was given.</summary>
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

    /// <summary>Whether signature, type and times were checked and found good.</summary>
    public bool IsVerified { get; }

    /// <summary>The <c>alg</c> header.</summary>
    public string? Algorithm { get; }

    /// <summary>The <c>typ</c> header.</summary>
    public string? Type { get; }

    /// <summary>The <c>kid</c> header.</summary>
    public string? KeyId { get; }

    /// <summary>The claims as they stand in the token.</summary>
    public JsonObject Claims { get; }

    /// <summary>Reads a token without checking anything but its form.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.TokenInvalid"/></exception>
    public static TokenInspector Look(string token) => Reading(() => new TokenInspector(Handler().ReadJwtToken(token), false));

    /// <summary>Reads a token that must be signed under a key derived from a secret, and be good now.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.TokenInvalid"/>: also where it was not signed so, or has ended.</exception>
    public static TokenInspector Verify(string token, SharedSecret secret) => Reading(() =>
    {
        if (!AccessTokenFormat.IsPlain(token))
            throw new SecurityTokenException("it is misspelt, or its header asks for something else than HS256");
        var key = new IssuerKey(secret);
        var validation = AccessTokenFormat.Validation([key.SigningKey], null, null, TimeProvider.System);
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
            // The last two are how the library meets a null within a list, and a list where it counts on a text.
            // IdentityModel's own messages repeat parts of the token.
            throw new AtpException(AtpError.TokenInvalid, $"This is not a token that can be read: {Why(e)}.",
                "Give the whole JWT as the issuer sent it, and for checking the secret it was issued under.");
        }
    }

    private static string Why(Exception e) => e switch
    {
        SecurityTokenInvalidLifetimeException => "it has ended or has not begun",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "it was not signed under this secret",
        SecurityTokenInvalidTypeException => $"its type is not {AccessTokenFormat.Type}",
        SecurityTokenInvalidAlgorithmException => "it is not signed with HS256",
        _ => "it is no JSON Web Token",
    };
}
