using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>The issuer's operational events. Event ids are never changed or reused.</summary>
internal static partial class IssuerLog
{
    internal const string Category = "Agentdom.AspNetCore.CurrentIssuer";

    [LoggerMessage(2001, LogLevel.Information, "The issuer's options were reloaded: {SecretCount} secrets, new tokens under key {KeyId}.")]
    internal static partial void Reloaded(this ILogger log, int secretCount, string keyId);

    [LoggerMessage(2002, LogLevel.Error, "The issuer's options changed and are invalid, so the old ones stay in use. {Problems}")]
    internal static partial void ReloadRefused(this ILogger log, string problems);

    [LoggerMessage(2003, LogLevel.Error, "The issuer's state is unavailable, so requests are answered with 503. {Reason}")]
    internal static partial void StateUnavailable(this ILogger log, string reason);
}
