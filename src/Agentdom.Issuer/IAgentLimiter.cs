namespace Agentdom.Issuer;

/// <summary>Limits how often one agent may request a token. Implementations must be thread-safe.</summary>
public interface IAgentLimiter
{
    /// <summary>
    /// Whether an agent is within its limit, without counting anything. It is called after the signature was verified and before
    /// the request is stored as used, so that an agent above its limit does not fill the state.
    /// </summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="requestsPerMinute">The agent's own limit, or null for the limit of all agents.</param>
    /// <returns>Null if the agent is within its limit, else how long it should wait.</returns>
    TimeSpan? Check(string agentId, int? requestsPerMinute);

    /// <summary>Counts a request of an agent. It is called after the request was stored as used, so a replay is not counted.</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="requestsPerMinute">The agent's own limit, or null for the limit of all agents.</param>
    /// <returns>Null if the request is within the limit, else how long the agent should wait.</returns>
    TimeSpan? Enter(string agentId, int? requestsPerMinute);
}
