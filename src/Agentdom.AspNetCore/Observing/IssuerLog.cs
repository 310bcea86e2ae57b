using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>The issuer's operational events. Event ids are never changed or reused.</summary>
internal static partial class IssuerLog
{
    [LoggerMessage(2001, LogLevel.Information, "The issuer's options were reloaded: {SecretCount} secrets, new tokens under key {KeyId}.")]
    internal static partial void Reloaded(this ILogger log, int secretCount, string keyId);

    [LoggerMessage(2002, LogLevel.Error, "The issuer's options changed and are invalid, so the old ones stay in use. {Problems}")]
    internal static partial void ReloadRefused(this ILogger log, string problems);

    [LoggerMessage(2003, LogLevel.Error, "The issuer's state is unavailable, so requests are answered with 503. {Reason}")]
    internal static partial void StateUnavailable(this ILogger log, string reason);

    [LoggerMessage(2004, LogLevel.Information, "The issuer's state is available again.")]
    internal static partial void StateAvailable(this ILogger log);

    [LoggerMessage(2005, LogLevel.Information,
        "This issuer has no name of its own, so the 'iss' of its tokens is '{Name}'. If another issuer has the same secret, a token that "
        + "was revoked here is valid there. Set PublicOrigin, such as https://api.example.com, or Issuer.")]
    internal static partial void HasDefaultName(this ILogger log, string name);

    [LoggerMessage(2006, LogLevel.Warning,
        "The issuer knows its agents, but it accepts tokens under a key that is derived from the shared secret, so everyone who has that "
        + "secret can forge tokens. Set SigningKeys, and AcceptDerivedSigningKeys for the lifetime of one token only.")]
    internal static partial void SharedSecretSignsTokens(this ILogger log);

    [LoggerMessage(2007, LogLevel.Warning,
        "MapAgentTokenKeys publishes no key, so nobody can check tokens with it: all keys of this issuer are secret ones (HS256). Add a "
        + "private key in PEM to SigningKeys.")]
    internal static partial void PublishesNoKey(this ILogger log);

    [LoggerMessage(2008, LogLevel.Error, "Tokens of another process's issuer cannot be checked completely. {Reason}")]
    internal static partial void IssuerUnavailable(this ILogger log, string reason);

    [LoggerMessage(2009, LogLevel.Information, "The issuer {Issuer} can be asked {Subject} again.")]
    internal static partial void IssuerAvailable(this ILogger log, string issuer, string subject);

    [LoggerMessage(2010, LogLevel.Warning,
        "MapPublishedAgentTokens offers tokens for API keys, but no agent has one, so every call will be refused. Register agents with API "
        + "keys, or do not map it.")]
    internal static partial void NobodyHasApiKeys(this ILogger log);

    [LoggerMessage(2011, LogLevel.Warning,
        "The endpoint '{Endpoint}' requires agent scopes that the issuer does not offer, so no agent can call it: {Unknown}. Offered are: "
        + "{Offered}. Correct RequireAgentScope or [AgentScope], or add them to Scopes.")]
    internal static partial void RequiresUnknownScopes(this ILogger log, string endpoint, string unknown, string offered);

    [LoggerMessage(2020, LogLevel.Error, "The manifest file has changed, and its old content stays in use. {Problem}")]
    internal static partial void ManifestFileRefused(this ILogger log, string problem);

    [LoggerMessage(2021, LogLevel.Error, "The manifest lacks the capabilities of an OpenAPI document. {Reason}")]
    internal static partial void CapabilitiesUnavailable(this ILogger log, string reason);

    [LoggerMessage(2022, LogLevel.Information, "The manifest has the capabilities of the OpenAPI document again.")]
    internal static partial void CapabilitiesAvailable(this ILogger log);

    [LoggerMessage(2023, LogLevel.Error, "The manifest {Problem}, which agents do not read. {Consequence}")]
    internal static partial void ManifestUnreadable(this ILogger log, string problem, string consequence);
}
