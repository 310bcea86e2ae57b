using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// The audit events. They contain agent, scopes, token id, outcome and address, but never a secret, a signature or a token.
/// Event ids are never changed or reused. An event has another text if it lacks a part, so that no text says "(null)".
/// </summary>
#pragma warning disable SYSLIB1006 // An event id with several texts.
internal static partial class AuditLog
{
    internal const string Category = "Agentdom.Audit";

    [LoggerMessage(1001, LogLevel.Information, "Issued token {TokenId} with scopes {Scopes} to agent {AgentId} at {Address}.")]
    internal static partial void Issued(this ILogger audit, string? tokenId, string scopes, string? agentId, string address);

    [LoggerMessage(1001, LogLevel.Information, "Issued token {TokenId} without scopes to agent {AgentId} at {Address}.")]
    internal static partial void Issued(this ILogger audit, string? tokenId, string? agentId, string address);

    [LoggerMessage(1002, LogLevel.Warning, "Refused to {Operation} for agent {AgentId} with scopes {Scopes} at {Address}: {Outcome}.")]
    internal static partial void Refused(
        this ILogger audit, string operation, string agentId, string scopes, string address, string outcome);

    [LoggerMessage(1002, LogLevel.Warning, "Refused to {Operation} for agent {AgentId} at {Address}: {Outcome}.")]
    internal static partial void Refused(this ILogger audit, string operation, string agentId, string address, string outcome);

    [LoggerMessage(1002, LogLevel.Warning, "Refused to {Operation} for an unknown agent at {Address}: {Outcome}.")]
    internal static partial void RefusedStranger(this ILogger audit, string operation, string address, string outcome);

    [LoggerMessage(1003, LogLevel.Information, "Verified token {TokenId} of agent {AgentId} for {Address}: {Outcome}.")]
    internal static partial void Verified(this ILogger audit, string tokenId, string? agentId, string address, string outcome);

    [LoggerMessage(1003, LogLevel.Information, "Verified no valid token for {Address}: {Outcome}.")]
    internal static partial void VerifiedNone(this ILogger audit, string address, string outcome);

    [LoggerMessage(1004, LogLevel.Information, "Revoked token {TokenId} of agent {AgentId} for {Address}: {Outcome}.")]
    internal static partial void Revoked(this ILogger audit, string tokenId, string? agentId, string address, string outcome);

    [LoggerMessage(1004, LogLevel.Information, "Revoked no token for {Address}: {Outcome}.")]
    internal static partial void RevokedNone(this ILogger audit, string address, string outcome);

    [LoggerMessage(1005, LogLevel.Information, "Accepted token {TokenId} with scopes {Scopes} of agent {AgentId} at {Address}.")]
    internal static partial void Accepted(this ILogger audit, string? tokenId, string scopes, string? agentId, string address);

    [LoggerMessage(1005, LogLevel.Information, "Accepted token {TokenId} without scopes of agent {AgentId} at {Address}.")]
    internal static partial void Accepted(this ILogger audit, string? tokenId, string? agentId, string address);

    [LoggerMessage(1014, LogLevel.Warning,
        "Accepted token {TokenId} with scopes {Scopes} of agent {AgentId} at {Address} by its signature alone, because its issuer is "
        + "out of reach. It may have been revoked.")]
    internal static partial void AcceptedUnchecked(
        this ILogger audit, string? tokenId, string scopes, string? agentId, string address);

    [LoggerMessage(1014, LogLevel.Warning,
        "Accepted token {TokenId} without scopes of agent {AgentId} at {Address} by its signature alone, because its issuer is "
        + "out of reach. It may have been revoked.")]
    internal static partial void AcceptedUnchecked(this ILogger audit, string? tokenId, string? agentId, string address);

    [LoggerMessage(1006, LogLevel.Warning, "Left out {Count} more refusals at {Address} in the last minute.")]
    internal static partial void LeftOut(this ILogger audit, long count, string address);

    [LoggerMessage(1007, LogLevel.Information,
        "Changed the registered agent {AgentId} ({Operation}) for {By} at {Address}. Its scopes are now: {Scopes}.")]
    internal static partial void Changed(
        this ILogger audit, string operation, string? agentId, string scopes, string by, string address);

    [LoggerMessage(1008, LogLevel.Warning,
        "Refused to change the registered agent {AgentId} ({Operation}) for {By} at {Address}: {Outcome}.")]
    internal static partial void ChangeRefused(
        this ILogger audit, string operation, string agentId, string by, string address, string outcome);

    [LoggerMessage(1008, LogLevel.Warning, "Refused to change registered agents ({Operation}) for {By} at {Address}: {Outcome}.")]
    internal static partial void ChangeRefused(this ILogger audit, string operation, string by, string address, string outcome);

    [LoggerMessage(1011, LogLevel.Information,
        "Issued token {TokenId} with the id {ManagedId} and scopes {Scopes} to agent {AgentId}, which calls itself '{Label}', at {Address} "
        + "({Operation}).")]
    internal static partial void IssuedManaged(
        this ILogger audit, string operation, string? tokenId, string? managedId, string scopes, string? agentId, string label,
        string address);

    [LoggerMessage(1011, LogLevel.Information,
        "Issued token {TokenId} with the id {ManagedId} and scopes {Scopes} to agent {AgentId} at {Address} ({Operation}).")]
    internal static partial void IssuedManaged(
        this ILogger audit, string operation, string? tokenId, string? managedId, string scopes, string? agentId, string address);

    [LoggerMessage(1012, LogLevel.Information,
        "Revoked token {TokenId} with the id {ManagedId} of agent {AgentId} for {Address}: {Outcome}.")]
    internal static partial void RevokedManaged(
        this ILogger audit, string tokenId, string? managedId, string? agentId, string address, string outcome);

    [LoggerMessage(1012, LogLevel.Information, "Agent {AgentId} has no token with the id {ManagedId} to revoke, at {Address}: {Outcome}.")]
    internal static partial void RevokedNoneManaged(
        this ILogger audit, string? managedId, string? agentId, string address, string outcome);

    [LoggerMessage(1013, LogLevel.Information, "Listed the tokens of agent {AgentId} for {Address}.")]
    internal static partial void ListedManaged(this ILogger audit, string? agentId, string address);
}
