namespace Agentdom.AspNetCore;

/// <summary>One page of a listing.</summary>
/// <param name="Agents">The agents, in the order of their ids.</param>
/// <param name="Next">What <see cref="AgentQuery.After"/> is for the next page; null if this is the last one.</param>
public sealed record AgentPage(IReadOnlyList<AgentRecord> Agents, string? Next);
