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
    private readonly IssuerKey _newest;
    private readonly Dictionary<string, string> _secretsOfDerivedKeys = new(StringComparer.Ordinal);
    private readonly TokenValidationParameters _validation;
    private readonly TimeProvider _time;

    internal TokenCodec(TokenIssuerOptions options, IReadOnlyList<AgentSecret> shared, TimeProvider time)
    {
        _options = options;
        _time = time;
        List<IssuerKey> keys = [.. options.SigningKeys.Select(static key => new IssuerKey(Convert.FromBase64String(key)))];
        List<IssuerKey> derived = keys.Count == 0 || options.AcceptDerivedSigningKeys
            ? [.. shared.Select(static s => IssuerKey.Of(s.Secret))]
            : [];
        keys.AddRange(derived);
        for (var i = 0; i < derived.Count; i++) _secretsOfDerivedKeys[derived[i].SigningKey.KeyId] = shared[i].KeyId;
        _newest = keys[0];
        _validation = AccessTokenFormat.Validation(keys, options.Name, options.Audience, time);
    }

    /// <summary>The <c>kid</c> of new tokens.</summary>
    internal string KeyId => _newest.SigningKey.KeyId;

    internal string Mint(SignedRequest request, AgentSecret secret, TimeSpan lifetime, string tokenId)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>
        {
            [JwtRegisteredClaimNames.Iss] = _options.Name,
            [JwtRegisteredClaimNames.Sub] = request.AgentId,
            [JwtRegisteredClaimNames.Iat] = now,
            [JwtRegisteredClaimNames.Nbf] = now,
            [JwtRegisteredClaimNames.Exp] = now + (long)lifetime.TotalSeconds,
            [JwtRegisteredClaimNames.Jti] = tokenId,
            [AgentTokenClaims.SecretKeyId] = secret.KeyId,
            [AgentTokenClaims.Scope] = string.Join(" ", request.Scopes),
            [AgentTokenClaims.Purpose] = request.Purpose,
        };
        if (_options.Audience is not null) claims[JwtRegisteredClaimNames.Aud] = _options.Audience;
        return _newest.Sign(claims);
    }

    /// <summary>The content of a token, or null if it is not this issuer's or has expired.</summary>
    internal async Task<AgentToken?> ReadAsync(string token)
    {
        if (!AccessTokenFormat.IsPlain(token)) return null;
        var result = await s_handler.ValidateTokenAsync(token, _validation).ConfigureAwait(false);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt) return null;
        if (!jwt.TryGetPayloadValue<string?>(AgentTokenClaims.Scope, out var scope) || scope is null
            || string.IsNullOrEmpty(jwt.Id) || string.IsNullOrEmpty(jwt.Subject)) return null;
        return new AgentToken
        {
            TokenId = jwt.Id,
            AgentId = jwt.Subject,
            Scopes = scope.Split(' '),
            Purpose = jwt.TryGetPayloadValue<string?>(AgentTokenClaims.Purpose, out var purpose) ? purpose ?? "" : "",
            IssuedAt = new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero),
            SecretKeyId = jwt.TryGetPayloadValue<object?>(AgentTokenClaims.SecretKeyId, out var id) ? id as string : SecretOf(jwt.Kid),
        };
    }

    // A token without the claim was issued before there was one, under the key that is derived from its secret.
    private string? SecretOf(string? keyId) => _secretsOfDerivedKeys.TryGetValue(keyId ?? "", out var secret) ? secret : null;
}
