using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.AspNetCore;

/// <summary>When a token of an issuer in another process is valid, apart from revocation (protocol.md §6).</summary>
internal sealed class RemoteTokenRules
{
    private static readonly JsonWebTokenHandler s_handler = new() { MaximumTokenSizeInBytes = AccessTokenFormat.MaxLength };

    private readonly AgentTokenOptions _options;
    private readonly TimeProvider _time;
    private readonly TokenValidationParameters _claims;

    internal RemoteTokenRules(AgentTokenOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _claims = AccessTokenFormat.Validation([], issuer: null, options.Audience, time);
        _claims.AlgorithmValidator = null;
        _claims.ValidateIssuerSigningKey = false;
        _claims.SignatureValidator = static (token, _) => new JsonWebToken(token);
    }

    /// <summary>
    /// The token, or null if it is plainly invalid. Its signature is not checked, so nothing that it says is proved. The issuer's name
    /// may have another spelling: then reading the metadata tells whether Issuer is written wrongly.
    /// </summary>
    internal async ValueTask<JsonWebToken?> ReadAsync(string token) =>
        AccessTokenFormat.IsPlain(token, PublishedKey.Algorithms) && await ValidateAsync(token, _claims) is { } read
            && !string.IsNullOrEmpty(read.Kid) && _options.IsLikeIssuer(read.Issuer)
            ? read
            : null;

    /// <summary>The content of the token, or null if it is not signed with this key.</summary>
    internal async ValueTask<AgentToken?> CheckAsync(string token, VerificationKey key) =>
        await ValidateAsync(token, With([key])) is { } checkedToken ? AgentToken.Of(checkedToken) : null;

    private async ValueTask<JsonWebToken?> ValidateAsync(string token, TokenValidationParameters rules)
    {
        var result = await s_handler.ValidateTokenAsync(token, rules);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt) return null;
        // A token with an audience is for the service of that name.
        return _options.Audience is null && jwt.Audiences.Any() ? null : jwt;
    }

    private TokenValidationParameters With(IReadOnlyList<VerificationKey> keys) =>
        AccessTokenFormat.Validation(keys, _options.IssuerName, _options.Audience, _time);
}
