namespace Agentdom.Fleet.Agents;

/// <summary>How agents behave.</summary>
internal sealed record AgentHabits
{
    /// <summary>The mean time between two calls. The times between are exponentially distributed, or equal with an
    /// <see cref="AskInterval"/>.</summary>
    internal required TimeSpan CallInterval { get; init; }

    /// <summary>The longest time that an agent sleeps; it sleeps half of it or more.</summary>
    internal required TimeSpan LongestSleep { get; init; }

    /// <summary>How often an agent goes to sleep after a call, 0 to 1.</summary>
    internal double SleepShare { get; init; } = 0.01;

    /// <summary>How often an agent revokes its token after a call, 0 to 1.</summary>
    internal double RevokeShare { get; init; } = 0.002;

    /// <summary>
    /// How often an agent asks the library for its token between two calls, as a service does that calls something all the time. Such an
    /// agent does not sleep. If null, it asks only for its calls.
    /// </summary>
    internal TimeSpan? AskInterval { get; init; }

    /// <summary>When an agent calls again after a failure.</summary>
    internal TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}
