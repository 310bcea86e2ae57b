using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>An agent's id, secret and clock.</summary>
/// <param name="Id">The agent's id.</param>
/// <param name="Secret">Returns its secret now.</param>
/// <param name="Clock">Its clock, which is off.</param>
/// <param name="IsRegistered">Whether the issuer knows it by its id, with a secret of its own.</param>
internal sealed record AgentIdentity(string Id, Func<string> Secret, FleetTime Clock, bool IsRegistered);
