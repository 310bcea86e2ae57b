namespace Agentdom.Protocol;

/// <summary>
/// What went wrong. The names are stable: they are never changed or reused. A cmdlet's error id is the name with the prefix
/// <c>Atp</c>, such as <c>AtpScopeDenied</c> for <see cref="ScopeDenied"/>.
/// </summary>
public enum AtpError
{
    /// <summary>No shared secret was given and none was found.</summary>
    SecretMissing,
    /// <summary>The host is not a host name with an optional port, or uses http although it is not a loopback host.</summary>
    HostInvalid,
    /// <summary>The host's name does not resolve.</summary>
    HostNotFound,
    /// <summary>The host resolves, but the connection failed or broke.</summary>
    HostUnreachable,
    /// <summary>The host's TLS certificate is not valid for it.</summary>
    CertificateInvalid,
    /// <summary>The operation took longer than its timeout.</summary>
    TimedOut,
    /// <summary>The host has no AgentDOM manifest.</summary>
    ManifestMissing,
    /// <summary>The host's manifest cannot be read.</summary>
    ManifestInvalid,
    /// <summary>The host's manifest has no token endpoint and names another authentication method.</summary>
    MethodUnsupported,
    /// <summary>The manifest's endpoint, or the address of a request with a token, is on another host that is not trusted.</summary>
    EndpointForeign,
    /// <summary>The endpoint, or the address of a request with a token, is not an absolute https address.</summary>
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
    /// <summary>The issuer refused the signature: the secrets differ.</summary>
    SignatureRefused,
    /// <summary>The issuer's clock and this one are too far apart: by more than 24 hours, or even after correcting for it.</summary>
    ClockSkewed,
    /// <summary>The issuer has seen this signed request before, and three more with later timestamps.</summary>
    RequestReplayed,
    /// <summary>The issuer cannot read the request.</summary>
    RequestRefused,
    /// <summary>The issuer has received too many requests.</summary>
    RateLimited,
    /// <summary>The issuer is temporarily unavailable.</summary>
    IssuerUnavailable,
    /// <summary>The answer is not one that the protocol defines, such as a web page of a firewall.</summary>
    IssuerFailed,
    /// <summary>The issuer's answer cannot be read, lacks a token, or is too large.</summary>
    AnswerInvalid,
    /// <summary>A JSON body has no canonical form.</summary>
    BodyInvalid,
    /// <summary>A text is not a JSON Web Token.</summary>
    TokenInvalid,
    /// <summary>No token is stored for this host or these scopes.</summary>
    TokenNotFound,
    /// <summary>The stored token has expired.</summary>
    TokenExpired,
    /// <summary>More than one stored token matches.</summary>
    TokenAmbiguous,
    /// <summary>The vault's key is missing, too short, unsafe, or another one than the vault's entries need.</summary>
    VaultKeyInvalid,
    /// <summary>The vault cannot be written. Its content is unchanged.</summary>
    VaultUnwritable,
    /// <summary>The vault cannot be read.</summary>
    VaultUnreadable,
    /// <summary>A vault entry was tampered with or comes from another vault.</summary>
    VaultEntryDamaged,
    /// <summary>The vault is locked, and there is no prompt to ask for its password.</summary>
    VaultLocked,
    /// <summary>There is no vault with that name.</summary>
    VaultNotFound,
    /// <summary>The refresh job cannot run at this interval.</summary>
    IntervalInvalid,
    /// <summary>The requested kind of scheduler cannot be used here.</summary>
    SchedulerUnavailable,
    /// <summary>A scheduler's own tool failed.</summary>
    SchedulerFailed,
    /// <summary>The refresh job would fail when its scheduler runs it.</summary>
    JobWouldFail,
    /// <summary>No refresh job is registered.</summary>
    JobNotFound,
    /// <summary>A loopback server is already running in this process.</summary>
    ServerRunning,
    /// <summary>The loopback server's secret, scopes or token lifetime cannot be used.</summary>
    ServerOptionsInvalid,
    /// <summary>Another program uses the port, or this user may not listen on it.</summary>
    PortTaken,
    /// <summary>The proxy of this machine cannot be reached, refuses the connection to the host, or wants other credentials.</summary>
    ProxyRefused,
    /// <summary>The manifest names an audience of another host that is not trusted.</summary>
    AudienceForeign,
    /// <summary>The issuer granted more scopes than were requested, or a token that is valid for longer than 24 hours.</summary>
    GrantExceeded,
    /// <summary>A folder of the module belongs to another user, or other users may change it.</summary>
    VaultInsecure,
    /// <summary>The account has no home folder, or a variable gives a path for it that is not absolute.</summary>
    HomeInvalid,
    /// <summary>A secret or token was given in plain text where a protected string is required.</summary>
    PlainTextRefused,
    /// <summary>The process has already loaded another version of the PowerShell module.</summary>
    OtherVersionLoaded,
}
