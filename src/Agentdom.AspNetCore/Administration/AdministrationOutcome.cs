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
    internal const string UnknownApiKey = "unknown_api_key";
    internal const string TooManyApiKeys = "too_many_api_keys";
    internal const string Unavailable = "temporarily_unavailable";

    /// <summary>What an exception of <see cref="IAgentStore"/> means.</summary>
    /// <param name="change">One of <see cref="AgentChange"/>.</param>
    /// <param name="failure">The exception.</param>
    internal static string Of(string change, Exception failure) => failure switch
    {
        ArgumentException => Invalid,
        ListedAgentException => Listed,
        InvalidOperationException => change == AgentChange.CreateApiKey ? TooManyApiKeys : TooManySecrets,
        IssuerStateException => Unavailable,
        OperationCanceledException => "canceled",
        _ => "failed",
    };
}
