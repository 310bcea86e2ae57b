namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// Which agent an API key may belong to. It is an index only: the key is the agent's if the agent's own row has its hash too.
/// </summary>
internal sealed class ApiKeyRow
{
    /// <summary>The hash of the key: 64 hex digits.</summary>
    public required string Hash { get; set; }

    public required string AgentId { get; set; }
}
