namespace Agentdom.AspNetCore;

/// <summary>A registered agent as the store has it, without its secrets and API keys.</summary>
public sealed class AgentRecord
{
    /// <summary>The agent's id.</summary>
    public required string AgentId { get; init; }

    /// <summary>What it may do.</summary>
    public required AgentSettings Settings { get; init; }

    /// <inheritdoc cref="RegisteredAgent.Disabled"/>
    public required bool Disabled { get; init; }

    /// <inheritdoc cref="RegisteredAgent.TokensValidFrom"/>
    public required DateTimeOffset? TokensValidFrom { get; init; }

    /// <summary>
    /// The ids of its API keys, newest first: 16 hex digits each. They reveal nothing about the keys, and are the <c>akid</c> of the tokens
    /// that were requested with them.
    /// </summary>
    public IReadOnlyList<string> ApiKeyIds { get; init; } = [];

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last (UTC).</summary>
    public required DateTimeOffset ChangedAt { get; init; }
}
