namespace Agentdom.Issuer;

/// <summary>
/// Finds the agents that a provider knows (protocol.md §6). With a directory, an agent that it does not know is refused, unless
/// <see cref="TokenIssuerOptions.AllowUnregisteredAgents"/> is true. Implementations must be thread-safe.
/// </summary>
public interface IAgentDirectory
{
    /// <summary>
    /// Finds an agent. It is called before the signature is checked, so the id is whatever a stranger claims to be: it must be
    /// used as a search key only.
    /// </summary>
    /// <param name="agentId">The id, 1 to 256 characters. Ids are compared ordinally: an agent with another id is ignored.</param>
    /// <param name="cancel">Cancels the search.</param>
    /// <returns>The agent, or null if there is none. A disabled agent is returned too.</returns>
    /// <exception cref="IssuerStateException">The directory is unavailable, so the request is answered with 503.</exception>
    ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel);

    /// <summary>
    /// Finds the agent that has an API key (protocol.md §10). It is called for whatever key a stranger sends, if the app maps the
    /// endpoints of the published AgentDOM client. A directory whose agents have no API keys returns null.
    /// </summary>
    /// <param name="apiKeyHash">The hash of the key, as in <see cref="RegisteredAgent.ApiKeyHashes"/>.</param>
    /// <param name="cancel">Cancels the search.</param>
    /// <returns>The agent, or null if there is none. An agent that does not have the hash is ignored.</returns>
    /// <exception cref="IssuerStateException">The directory is unavailable, so the request is answered with 503.</exception>
    ValueTask<RegisteredAgent?> FindByApiKeyAsync(string apiKeyHash, CancellationToken cancel);
}
