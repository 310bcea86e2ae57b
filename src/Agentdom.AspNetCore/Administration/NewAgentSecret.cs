namespace Agentdom.AspNetCore;

/// <summary>A new secret of an agent. This is the only time at which it can be read.</summary>
public sealed class NewAgentSecret
{
    /// <summary>The agent.</summary>
    public required AgentRecord Agent { get; init; }

    /// <summary>The secret: 256 random bits as 43 characters of base64url. The agent stores it with <c>Set-AtpSecret</c>.</summary>
    public required string Secret { get; init; }

    /// <summary>When the older secrets expire (UTC), or null if there are none.</summary>
    public DateTimeOffset? OlderSecretsExpireAt { get; init; }
}
