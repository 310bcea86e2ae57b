namespace Agentdom.AspNetCore;

/// <summary>What a registered agent may do.</summary>
public sealed record AgentSettings
{
    /// <summary>A name for people, at most 256 characters, or null.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The scopes that the agent may request: at least one, each offered by the issuer.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <inheritdoc cref="RegisteredAgent.DefaultScopes"/>
    public IReadOnlyList<string> DefaultScopes { get; init; } = [];

    /// <inheritdoc cref="RegisteredAgent.MaxTokenLifetime"/>
    public TimeSpan? MaxTokenLifetime { get; init; }

    /// <inheritdoc cref="RegisteredAgent.RequestsPerMinute"/>
    public int? RequestsPerMinute { get; init; }
}
