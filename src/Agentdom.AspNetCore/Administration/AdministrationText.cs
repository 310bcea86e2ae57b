namespace Agentdom.AspNetCore;

/// <summary>What the administration says to its callers.</summary>
internal static class AdministrationText
{
    internal const string IdRule =
        "'agent_id' must have 1 to 256 letters (a to z, A to Z), digits or -._~:@+=, and not be '.' or '..', because it is a part of "
        + "the agent's address.";

    internal const string Exists = "There is an agent with this id already, here or in the issuer's configuration.";

    internal const string Listed =
        "This agent is in the issuer's configuration (Agents), which comes first, so a change here would do nothing. Change it there.";

    internal const string AgentToken =
        "An agent token does not open the administration. Send an operator's credentials. If agents are to administer others, require a "
        + "scope for it: .RequireAgentScope(…).";

    internal static readonly string TooManySecrets =
        $"The agent has {RegisteredAgent.MaxSecrets} valid secrets already. Wait until one has expired, or end all of them with an "
        + "'overlap_seconds' of 0.";

    /// <summary>A problem of the store, with the names that the request has in place of .NET's.</summary>
    internal static string OnTheWire(string problem) => problem
        .Replace(nameof(AgentSettings.MaxTokenLifetime), AgentMembers.MaxTokenLifetime, StringComparison.Ordinal)
        .Replace(nameof(AgentSettings.RequestsPerMinute), AgentMembers.RequestsPerMinute, StringComparison.Ordinal);
}
