namespace Agentdom.Protocol;

/// <summary>
/// What went wrong, as a stable name. A cmdlet's error id is <c>Atp</c> and this name: <see cref="ScopeDenied"/> is
/// <c>AtpScopeDenied</c>. Names are never changed or reused.
/// </summary>
public enum AtpError
{
    /// <summary>No shared secret was given and none was found.</summary>
    SecretMissing,
    /// <summary>The host is not a host name with an optional port, or asks for http where that is not allowed.</summary>
    HostInvalid,
    /// <summary>The host's name does not resolve.</summary>
    HostNotFound,
    /// <summary>The host resolves but no connection came about, or it broke.</summary>
    HostUnreachable,
    /// <summary>The host's TLS certificate is not valid for it.</summary>
    CertificateInvalid,
    /// <summary>The operation took longer than it was given.</summary>
    TimedOut,
    /// <summary>The host has no AgentDOM manifest.</summary>
    ManifestMissing,
    /// <summary>The host's manifest cannot be read.</summary>
    ManifestInvalid,
    /// <summary>The host's manifest names another way to authenticate.</summary>
    MethodUnsupported,
    /// <summary>The manifest's endpoint, or where a token was to be sent, lies on a host that was not asked and is not trusted.</summary>
    EndpointForeign,
    /// <summary>The endpoint, or where a token was to be sent, is not an absolute https address.</summary>
    EndpointInvalid,
    /// <summary>The host answered with a redirect, which is never followed.</summary>
    RedirectRefused,
    /// <summary>A scope is not an RFC 6749 scope-token, or there are none or too many.</summary>
    ScopeInvalid,
    /// <summary>The purpose is too long.</summary>
    PurposeInvalid,
    /// <summary>The agent id is empty or too long.</summary>
    AgentIdInvalid,
    /// <summary>The issuer does not grant a scope that was asked for.</summary>
    ScopeDenied,
    /// <summary>The issuer does not accept the signature: the secrets differ.</summary>
    SignatureRefused,
    /// <summary>The issuer's clock and this one are too far apart, also after correcting for it.</summary>
    ClockSkewed,
    /// <summary>The issuer has seen this signed request before.</summary>
    RequestReplayed,
    /// <summary>The issuer cannot read the request.</summary>
    RequestRefused,
    /// <summary>The issuer allows no more requests for now.</summary>
    RateLimited,
    /// <summary>The issuer is there but cannot serve for now.</summary>
    IssuerUnavailable,
    /// <summary>The issuer answered in a way the protocol does not know.</summary>
    IssuerFailed,
    /// <summary>The issuer's answer cannot be read, lacks a token, or is too large.</summary>
    AnswerInvalid,
    /// <summary>A JSON body cannot be brought into canonical form.</summary>
    BodyInvalid,
    /// <summary>A text is not a JSON Web Token.</summary>
    TokenInvalid,
    /// <summary>No token is stored for what was asked.</summary>
    TokenNotFound,
    /// <summary>The stored token has ended.</summary>
    TokenExpired,
    /// <summary>More than one stored token fits.</summary>
    TokenAmbiguous,
    /// <summary>The vault's key is missing, too short or cannot be read.</summary>
    VaultKeyInvalid,
    /// <summary>The vault cannot be written; what was there is unchanged.</summary>
    VaultUnwritable,
    /// <summary>The vault cannot be read.</summary>
    VaultUnreadable,
    /// <summary>A vault entry was changed from outside or was written under another key.</summary>
    VaultEntryDamaged,
    /// <summary>The vault is locked and nobody can be asked for its password.</summary>
    VaultLocked,
    /// <summary>There is no vault of that name here.</summary>
    VaultNotFound,
    /// <summary>The refresh job cannot run at such an interval.</summary>
    IntervalInvalid,
    /// <summary>No scheduler of the kind asked for can be used here.</summary>
    SchedulerUnavailable,
    /// <summary>A scheduler's own tool failed.</summary>
    SchedulerFailed,
    /// <summary>The refresh job would fail where its scheduler runs it.</summary>
    JobWouldFail,
    /// <summary>No refresh job is registered.</summary>
    JobNotFound,
    /// <summary>A loopback server runs in this process already.</summary>
    ServerRunning,
    /// <summary>The loopback server's secret, scopes or token lifetime cannot be used.</summary>
    ServerOptionsInvalid,
    /// <summary>Another program has the port, or this user may not listen on it.</summary>
    PortTaken,
}
