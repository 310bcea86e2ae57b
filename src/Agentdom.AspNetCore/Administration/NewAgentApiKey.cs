namespace Agentdom.AspNetCore;

/// <summary>A new API key of an agent. This is the only time at which it can be read, because only its hash is stored.</summary>
public sealed class NewAgentApiKey
{
    /// <summary>The agent.</summary>
    public required AgentRecord Agent { get; init; }

    /// <summary>The key: <c>atpk_</c> and 43 characters of base64url.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The key's id, with which it can be ended.</summary>
    public required string ApiKeyId { get; init; }
}
