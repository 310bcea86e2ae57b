namespace Agentdom.Fleet.Agents;

/// <summary>How agents behave.</summary>
internal sealed record AgentHabits
{
    /// <summary>The mean time between two calls. The times between are exponentially distributed.</summary>
    internal required TimeSpan CallInterval { get; init; }

    /// <summary>The longest time that an agent sleeps; it sleeps half of it or more.</summary>
    internal required TimeSpan LongestSleep { get; init; }

    /// <summary>How often an agent goes to sleep after a call, 0 to 1.</summary>
    internal double SleepShare { get; init; } = 0.01;

    /// <summary>How often an agent revokes its token after a call, 0 to 1.</summary>
    internal double RevokeShare { get; init; } = 0.002;

    /// <summary>When an agent calls again after a failure.</summary>
    internal TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}
