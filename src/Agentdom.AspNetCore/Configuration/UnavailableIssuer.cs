namespace Agentdom.AspNetCore;

/// <summary>What an app does with a token while its issuer cannot be asked whether the token was revoked.</summary>
public enum UnavailableIssuer
{
    /// <summary>The request is answered with 503.</summary>
    Refuse,

    /// <summary>The token is accepted if its signature and its times are valid, so a revoked token may be accepted.</summary>
    TrustSignature,
}
