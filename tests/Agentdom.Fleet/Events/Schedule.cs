namespace Agentdom.Fleet.Events;

/// <summary>When what happens, since the start of a run.</summary>
internal sealed class Schedule
{
    /// <summary>How long the state is suspended, and how long a killed server is down.</summary>
    internal static readonly TimeSpan Outage = TimeSpan.FromSeconds(30);

    internal static readonly TimeSpan NodeOutage = TimeSpan.FromSeconds(60);
    internal static readonly TimeSpan ClockOffset = TimeSpan.FromMinutes(2);

    /// <summary>The shortest run in which the events do not overlap.</summary>
    internal static readonly TimeSpan ShortestRun = TimeSpan.FromMinutes(20);

    private static readonly TimeSpan s_before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_after = TimeSpan.FromSeconds(45);

    internal Schedule(FleetOptions options)
    {
        var unit = options.Length / 150;
        NodeKilled = unit * 10;
        StateFrozen = unit * 28;
        SecretRotated = unit * 38;
        SecretSpread = unit * 8;
        // When every agent has the new secret, and the last token that was requested with the old one has expired.
        SecretRemoved = SecretRotated + SecretSpread + options.TokenLifetime + TimeSpan.FromMinutes(1);
        AgentsDisabled = unit * 52;
        ClockSet = unit * 60;
        ClockSetBack = unit * 75;
        PartKilled = unit * 120;
    }

    internal TimeSpan NodeKilled { get; }

    internal TimeSpan StateFrozen { get; }

    internal TimeSpan SecretRotated { get; }

    internal TimeSpan SecretSpread { get; }

    internal TimeSpan SecretRemoved { get; }

    internal TimeSpan AgentsDisabled { get; }

    internal TimeSpan ClockSet { get; }

    internal TimeSpan ClockSetBack { get; }

    internal TimeSpan PartKilled { get; }

    /// <summary>
    /// When time runs at its real speed: around outages, because the time limits of the issuer's connections and of the proxy are real.
    /// </summary>
    internal IReadOnlyList<(TimeSpan From, TimeSpan To)> RealSpeed =>
    [
        (NodeKilled - s_before, NodeKilled + NodeOutage + s_after),
        (StateFrozen - s_before, StateFrozen + Outage + s_after),
        (PartKilled - s_before, PartKilled + Outage + s_after),
    ];
}
