using System.Management.Automation;

namespace Agentdom;

/// <summary>Creates error records. The id is <c>Atp</c> and the error's name.</summary>
internal static class ErrorRecords
{
    internal static ErrorRecord From(AtpException failure, object? target, PSCmdlet cmdlet) =>
        new(CmdletAdvice.For(failure, cmdlet), "Atp" + failure.Error, Category(failure.Error),
            failure.Error == AtpError.PlainTextRefused ? null
                : target is string host ? Printable.WithoutUserInfoOfHost(host) : target);

    internal static ErrorRecord From(JsonFormatException failure, object? target, PSCmdlet cmdlet) => From(
        new AtpException(AtpError.BodyInvalid, $"The body has no canonical form: {failure.Message}",
            "Use a JSON object, a hashtable or an object with strings, numbers, booleans, lists and the like.", failure),
        target,
        cmdlet);

    private static ErrorCategory Category(AtpError error) => error switch
    {
        AtpError.HostInvalid or AtpError.ScopeInvalid or AtpError.PurposeInvalid or AtpError.AgentIdInvalid
            or AtpError.EndpointInvalid or AtpError.IntervalInvalid or AtpError.HomeInvalid or AtpError.PlainTextRefused
            or AtpError.ServerOptionsInvalid => ErrorCategory.InvalidArgument,
        AtpError.BodyInvalid or AtpError.TokenInvalid or AtpError.ManifestInvalid or AtpError.AnswerInvalid
            or AtpError.VaultEntryDamaged => ErrorCategory.InvalidData,
        AtpError.SecretMissing or AtpError.SignatureRefused or AtpError.VaultLocked => ErrorCategory.AuthenticationError,
        AtpError.ScopeDenied => ErrorCategory.PermissionDenied,
        AtpError.EndpointForeign or AtpError.AudienceForeign or AtpError.CertificateInvalid or AtpError.RedirectRefused
            or AtpError.GrantExceeded or AtpError.VaultInsecure => ErrorCategory.SecurityError,
        AtpError.HostNotFound or AtpError.ManifestMissing or AtpError.TokenNotFound or AtpError.VaultNotFound
            or AtpError.JobNotFound => ErrorCategory.ObjectNotFound,
        AtpError.HostUnreachable or AtpError.ProxyRefused => ErrorCategory.ConnectionError,
        AtpError.TimedOut => ErrorCategory.OperationTimeout,
        AtpError.MethodUnsupported => ErrorCategory.NotImplemented,
        AtpError.RateLimited => ErrorCategory.LimitsExceeded,
        AtpError.IssuerUnavailable => ErrorCategory.ResourceUnavailable,
        AtpError.ServerRunning => ErrorCategory.ResourceExists,
        AtpError.PortTaken => ErrorCategory.ResourceBusy,
        AtpError.SchedulerUnavailable => ErrorCategory.NotInstalled,
        AtpError.SchedulerFailed => ErrorCategory.FromStdErr,
        AtpError.TokenExpired or AtpError.TokenAmbiguous or AtpError.JobWouldFail => ErrorCategory.InvalidOperation,
        AtpError.VaultUnwritable => ErrorCategory.WriteError,
        AtpError.VaultUnreadable or AtpError.VaultKeyInvalid => ErrorCategory.ReadError,
        _ => ErrorCategory.ProtocolError,
    };
}
