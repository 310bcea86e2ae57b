namespace Agentdom.AspNetCore;

/// <summary>
/// Creates, changes and lists registered agents. Each method makes one change as a whole or not at all, however many callers there
/// are, and no change of another caller is lost. Implementations must be thread-safe.
/// </summary>
/// <remarks>
/// The store that an app gets as a service checks the settings and writes an audit event for each change. A change is in force on
/// this node at once, and on others within <see cref="AgentTokenIssuerOptions.DirectoryCacheSeconds"/>. Every method throws
/// <see cref="IssuerStateException"/> if the store is unavailable. An agent that the options list
/// (<see cref="TokenIssuerOptions.Agents"/>) cannot be changed here: <see cref="CreateAsync"/> returns null, and the other changes throw
/// <see cref="InvalidOperationException"/>.
/// </remarks>
public interface IAgentStore
{
    /// <summary>Registers an agent with a new secret.</summary>
    /// <param name="agentId">The id that the agent sends, 1 to 256 characters.</param>
    /// <param name="settings">What it may do.</param>
    /// <param name="older">The secret that the agent has used until now, or null if it is new.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The agent and its secret, or null if there is an agent with this id.</returns>
    /// <exception cref="ArgumentException">The id or the settings are invalid. The message lists the problems.</exception>
    Task<NewAgentSecret?> CreateAsync(
        string agentId, AgentSettings settings, OlderSecret? older = null, CancellationToken cancel = default);

    /// <summary>Finds one agent.</summary>
    /// <returns>The agent, or null if there is none.</returns>
    Task<AgentRecord?> FindAsync(string agentId, CancellationToken cancel = default);

    /// <summary>Lists agents in the order of their ids.</summary>
    /// <exception cref="ArgumentException">The limit is out of range.</exception>
    Task<AgentPage> ListAsync(AgentQuery query, CancellationToken cancel = default);

    /// <summary>
    /// Changes what an agent may do from now on. Tokens that it already has keep their scopes and lifetime: to end them too, call
    /// <see cref="VoidTokensAsync"/>.
    /// </summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="change">Makes the new settings from the current ones. If another caller was faster, it is called again.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The agent, or null if there is none.</returns>
    /// <exception cref="ArgumentException">The new settings are invalid. The message lists the problems.</exception>
    Task<AgentRecord?> ChangeAsync(string agentId, Func<AgentSettings, AgentSettings> change, CancellationToken cancel = default);

    /// <summary>Gives an agent a new secret. Its older ones, and the tokens requested with them, stay valid for a while.</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="overlap">How long the older secrets stay valid, 0 or more. None is prolonged.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The agent and its new secret, or null if there is no such agent.</returns>
    /// <exception cref="ArgumentException">The overlap is negative or longer than 366 days.</exception>
    /// <exception cref="InvalidOperationException">The agent has <see cref="RegisteredAgent.MaxSecrets"/> valid secrets already.</exception>
    Task<NewAgentSecret?> RotateSecretAsync(string agentId, TimeSpan overlap, CancellationToken cancel = default);

    /// <summary>Gives an agent another API key (protocol.md §10).</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The agent and its new key, or null if there is no such agent.</returns>
    /// <exception cref="InvalidOperationException">The agent has <see cref="RegisteredAgent.MaxApiKeys"/> API keys already.</exception>
    Task<NewAgentApiKey?> CreateApiKeyAsync(string agentId, CancellationToken cancel = default);

    /// <summary>Ends an API key of an agent, and the tokens that were requested with it.</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="apiKeyId">The key's id, one of <see cref="AgentRecord.ApiKeyIds"/>.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The agent, or null if there is no such agent or it has no such key.</returns>
    /// <exception cref="ArgumentException">The id is not 16 lower-case hex digits. It may be the key itself.</exception>
    Task<AgentRecord?> EndApiKeyAsync(string agentId, string apiKeyId, CancellationToken cancel = default);

    /// <summary>
    /// Shuts an agent out, or lets it in again. Then its tokens from before are valid again until they expire, unless
    /// <see cref="VoidTokensAsync"/> was called first.
    /// </summary>
    /// <returns>The agent, or null if there is none.</returns>
    Task<AgentRecord?> SetDisabledAsync(string agentId, bool disabled, CancellationToken cancel = default);

    /// <summary>Makes all tokens invalid that an agent got before a moment. It can request new ones.</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="from">The moment, at most now; null for now. An earlier moment than the agent's current one changes nothing.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The agent, or null if there is none.</returns>
    /// <exception cref="ArgumentException">The moment is in the future.</exception>
    Task<AgentRecord?> VoidTokensAsync(string agentId, DateTimeOffset? from = null, CancellationToken cancel = default);

    /// <summary>Removes an agent. Its tokens are invalid from then on.</summary>
    /// <returns>False if there is no such agent.</returns>
    Task<bool> DeleteAsync(string agentId, CancellationToken cancel = default);
}
