namespace Agentdom.Fleet.Events;

/// <summary>When what happens, since the start of a run.</summary>
internal sealed class Schedule
{
    /// <summary>How long the state is suspended, and how long a killed server is down.</summary>
    internal static readonly TimeSpan Outage = TimeSpan.FromSeconds(30);

    internal static readonly TimeSpan NodeOutage = TimeSpan.FromSeconds(60);
    internal static readonly TimeSpan ClockOffset = TimeSpan.FromMinutes(2);

    /// <summary>How late an event may be.</summary>
    internal static readonly TimeSpan MostLate = TimeSpan.FromMinutes(1);

    /// <summary>The shortest run in which the events do not overlap.</summary>
    internal static readonly TimeSpan ShortestRun = TimeSpan.FromMinutes(20);

    private const double StartSpeed = 5;

    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_after = TimeSpan.FromSeconds(45);

    // For the nodes to read changed settings, and for what happens around it.
    private static readonly TimeSpan s_settings = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _startEnds;
    private readonly double _startSpeed;

    internal Schedule(FleetOptions options)
    {
        var unit = options.Length / 150;
        NodeKilled = unit * 10;
        StateFrozen = unit * 28;
        SecretRotated = unit * 38;
        SecretSpread = unit * 8;
        SecretHandedOut = SecretRotated + s_settings;
        // When every agent has the new secret, and the last token that was requested with the old one has expired.
        SecretRemoved = SecretHandedOut + SecretSpread + options.TokenLifetime + MostLate;
        AgentsDisabled = unit * 52;
        ClockSet = unit * 60;
        ClockSetBack = unit * 75;
        PartKilled = unit * 120;
        _startEnds = TimeSpan.FromTicks(Math.Min(s_start.Ticks, (NodeKilled - s_before).Ticks));
        _startSpeed = Math.Min(options.Speed, StartSpeed);
    }

    internal TimeSpan NodeKilled { get; }

    internal TimeSpan StateFrozen { get; }

    internal TimeSpan SecretRotated { get; }

    /// <summary>When the agents begin to get the new secret.</summary>
    internal TimeSpan SecretHandedOut { get; }

    /// <summary>How long it takes until all of them have it.</summary>
    internal TimeSpan SecretSpread { get; }

    internal TimeSpan SecretRemoved { get; }

    internal TimeSpan AgentsDisabled { get; }

    internal TimeSpan ClockSet { get; }

    internal TimeSpan ClockSetBack { get; }

    internal TimeSpan PartKilled { get; }

    /// <summary>
    /// When time runs slower. At its real speed around outages, because the time limits of the issuer's connections and of the proxy are
    /// real, and while nodes read changed settings, which takes them up to a second of real time. At most five times as fast at the start,
    /// because so many agents that start together would be too much for one machine.
    /// </summary>
    internal IReadOnlyList<(TimeSpan From, TimeSpan To, double Speed)> Slow =>
    [
        (TimeSpan.Zero, _startEnds, _startSpeed),
        (NodeKilled - s_before, NodeKilled + NodeOutage + s_after, 1),
        (StateFrozen - s_before, StateFrozen + Outage + s_after, 1),
        (SecretRotated, SecretRotated + s_settings, 1),
        (AgentsDisabled, AgentsDisabled + s_settings, 1),
        (PartKilled - s_before, PartKilled + Outage + s_after, 1),
    ];
}
