namespace Agentdom.Issuer;

/// <summary>How often one agent may ask an issuer. Safe for any number of threads.</summary>
public interface IAgentLimiter
{
    /// <summary>Counts a request of an agent, which has proved that it holds the secret.</summary>
    /// <param name="agentId">The agent.</param>
    /// <returns>Null where it may go on, else how long the agent should wait.</returns>
    TimeSpan? Enter(string agentId);
}
