namespace Agentdom.Fleet.Measures;

/// <summary>What is counted over time.</summary>
internal enum Counter
{
    /// <summary>Token requests that were sent, also those that a retry sent again.</summary>
    TokenRequests,
    /// <summary>Tokens that were granted.</summary>
    Granted,
    /// <summary>Tokens that were granted in place of another one of the same agent, also of one that was revoked or had expired.</summary>
    Renewed,
    /// <summary>Requests for the manifest.</summary>
    Manifests,
    /// <summary>An agent's calls of the API.</summary>
    Calls,
    /// <summary>Calls that an agent saw fail, after everything that the client does by itself.</summary>
    FailedCalls,
    /// <summary>Failed calls because the agent had no token, or the API refused it.</summary>
    WithoutToken,
    /// <summary>All other requests of agents, such as those to revoke a token.</summary>
    Others,
    /// <summary>Requests of the probes, which do not pass nginx.</summary>
    Probes,
}
