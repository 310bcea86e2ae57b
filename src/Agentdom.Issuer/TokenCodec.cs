using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Issuer;

/// <summary>
/// Writes the issuer's tokens, which have one form only. Presented tokens may have any form and are read with the faster one of
/// IdentityModel's handlers.
/// </summary>
internal sealed class TokenCodec
{
    private static readonly JsonWebTokenHandler s_handler = new()
    {
        MaximumTokenSizeInBytes = AccessTokenFormat.MaxLength,
    };

    private readonly TokenIssuerOptions _options;
    private readonly List<IssuerKey> _keys;
    private readonly HashSet<string> _algorithms;
    private readonly Dictionary<string, string> _secretsOfDerivedKeys = new(StringComparer.Ordinal);
    private readonly TokenValidationParameters _validation;
    private readonly TimeProvider _time;

    internal TokenCodec(TokenIssuerOptions options, IReadOnlyList<AgentSecret> shared, TimeProvider time)
    {
        _options = options;
        _time = time;
        // A key that is listed twice is one key, with one id in the key set.
        _keys = [.. options.SigningKeys.Select(static entry => SigningKeyEntry.Read(entry).Key!)
            .GroupBy(static key => key.Id).Select(static same => same.First())];
        List<IssuerKey> derived = _keys.Count == 0 || options.AcceptDerivedSigningKeys
            ? [.. shared.Select(static s => IssuerKey.Of(s.Secret))]
            : [];
        _keys.AddRange(derived);
        for (var i = 0; i < derived.Count; i++) _secretsOfDerivedKeys[derived[i].Id] = shared[i].KeyId;
        VerificationKey[] verification = [.. _keys.Select(static key => key.Verification)];
        _algorithms = [.. verification.Select(static key => key.Algorithm)];
        _validation = AccessTokenFormat.Validation(verification, options.Name, options.Audience, time);
    }

    /// <summary>The <c>kid</c> of new tokens.</summary>
    internal string KeyId => _keys[0].Id;

    /// <summary>The public halves of the keys that have one, as JSON Web Keys.</summary>
    internal IReadOnlyList<object> PublicKeys => [.. _keys.Select(static key => key.PublicJwk).OfType<object>()];

    internal string Mint(SignedRequest request, AgentSecret secret, TimeSpan lifetime, string tokenId)
    {
        var now = _time.GetUtcNow();
        return Mint(new AgentToken
        {
            TokenId = tokenId,
            AgentId = request.AgentId,
            Scopes = request.Scopes,
            Purpose = request.Purpose,
            IssuedAt = now,
            ExpiresAt = now + lifetime,
            SecretKeyId = secret.KeyId,
        });
    }

    /// <summary>Writes a token with this content. Fractions of seconds are left out.</summary>
    internal string Mint(AgentToken token)
    {
        var issuedAt = token.IssuedAt.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>
        {
            [JwtRegisteredClaimNames.Iss] = _options.Name,
            [JwtRegisteredClaimNames.Sub] = token.AgentId,
            [JwtRegisteredClaimNames.Iat] = issuedAt,
            [JwtRegisteredClaimNames.Nbf] = issuedAt,
            [JwtRegisteredClaimNames.Exp] = token.ExpiresAt.ToUnixTimeSeconds(),
            [JwtRegisteredClaimNames.Jti] = token.TokenId,
            [AgentTokenClaims.SecretKeyId] = token.SecretKeyId,
            [AgentTokenClaims.Scope] = string.Join(" ", token.Scopes),
            [AgentTokenClaims.Purpose] = token.Purpose,
        };
        if (_options.Audience is not null) claims[JwtRegisteredClaimNames.Aud] = _options.Audience;
        return _keys[0].Sign(claims);
    }

    /// <summary>The content of a token, or null if it is not this issuer's or has expired.</summary>
    internal async Task<AgentToken?> ReadAsync(string token)
    {
        if (!AccessTokenFormat.IsPlain(token, _algorithms)) return null;
        var result = await s_handler.ValidateTokenAsync(token, _validation).ConfigureAwait(false);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt) return null;
        return AgentToken.Of(jwt, SecretOf(jwt.Kid));
    }

    // A token without the claim was issued before there was one, under the key that is derived from its secret.
    private string? SecretOf(string? keyId) => _secretsOfDerivedKeys.TryGetValue(keyId ?? "", out var secret) ? secret : null;
}
