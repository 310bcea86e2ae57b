namespace Agentdom.AspNetCore;

/// <summary>Why a change was not made: the words of the audit and of the error codes.</summary>
internal static class AdministrationOutcome
{
    internal const string Invalid = "invalid_request";
    internal const string Exists = "agent_exists";
    internal const string Unknown = "unknown_agent";
    internal const string Listed = "agent_in_configuration";
    internal const string AgentToken = "access_denied";
    internal const string TooManySecrets = "too_many_secrets";
    internal const string Unavailable = "temporarily_unavailable";

    /// <summary>What an exception of <see cref="IAgentStore"/> means.</summary>
    internal static string Of(Exception failure) => failure switch
    {
        ArgumentException => Invalid,
        ListedAgentException => Listed,
        InvalidOperationException => TooManySecrets,
        IssuerStateException => Unavailable,
        OperationCanceledException => "canceled",
        _ => "failed",
    };
}
