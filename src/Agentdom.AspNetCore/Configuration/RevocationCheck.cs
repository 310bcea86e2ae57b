namespace Agentdom.AspNetCore;

/// <summary>How an app finds out that a token of another process's issuer was revoked.</summary>
public enum RevocationCheck
{
    /// <summary>It asks the issuer (RFC 7662) and keeps the answer for a few seconds.</summary>
    Introspection,

    /// <summary>
    /// It does not. A token is valid until it expires, although it was revoked, its agent was disabled, or the secret that it was
    /// requested with was removed. It suits tokens with a lifetime of a few minutes.
    /// </summary>
    None,
}
