namespace Agentdom.Issuer;

/// <summary>Limits how often one agent may request a token. Implementations must be thread-safe.</summary>
public interface IAgentLimiter
{
    /// <summary>Counts a request of an agent. It is called after the signature was verified.</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <returns>Null if the request is within the limit, else how long the agent should wait.</returns>
    TimeSpan? Enter(string agentId);
}
