using Microsoft.AspNetCore.Http;

namespace Agentdom.AspNetCore;

/// <summary>One request to the administration.</summary>
/// <param name="Http">The request. Its cancellation does not end a change halfway.</param>
/// <param name="Agents">The store.</param>
/// <param name="Body">The members of its body.</param>
internal sealed record AdministrationCall(HttpContext Http, GuardedAgentStore Agents, JsonObject Body)
{
    /// <summary>The agent's id in the path.</summary>
    internal string AgentId => (string)Http.Request.RouteValues["id"]!;
}
