namespace Agentdom.AspNetCore;

/// <summary>Which agents to list, in the order of their ids.</summary>
public sealed record AgentQuery
{
    /// <summary>The maximum of <see cref="Limit"/>.</summary>
    public const int MaxLimit = 100;

    /// <summary>How many agents, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = MaxLimit;

    /// <summary>Only agents whose id comes after this one, which is <see cref="AgentPage.Next"/> of the page before; null for the first.</summary>
    public string? After { get; init; }

    /// <summary>Only disabled agents, or only those that are not; null for both.</summary>
    public bool? Disabled { get; init; }

    /// <summary>Only agents whose display name contains this text, in any case; null for all.</summary>
    public string? Name { get; init; }
}
