using Agentdom.Fleet.Measures;

namespace Agentdom.Fleet.Reporting;

/// <summary>What a run has shown.</summary>
internal sealed record FleetResult
{
    // What an agent may need beyond the outage itself: its pause, and its retries.
    private static readonly TimeSpan s_allowance = TimeSpan.FromSeconds(60);

    internal required string State { get; init; }

    internal required FleetOptions Options { get; init; }

    internal required Measurements Measures { get; init; }

    internal required Lateness Lateness { get; init; }

    /// <summary>The longest time that the state was down.</summary>
    internal required TimeSpan LongestOutage { get; init; }

    /// <summary>The processor time of all nodes.</summary>
    internal required TimeSpan NodeTime { get; init; }

    internal required TimeSpan ProxyTime { get; init; }

    internal required TimeSpan StateTime { get; init; }

    /// <summary>The longest time that an agent may be without a good token.</summary>
    internal TimeSpan Limit => LongestOutage + s_allowance;

    internal IReadOnlyList<Gap> TokenGaps => Measures.WithoutToken.All(Options.Length);

    internal IReadOnlyList<Gap> AnswerGaps => Measures.WithoutAnswer.All(Options.Length);

    internal bool IsGood => Measures.DeadTokens.Accepted == 0 && Measures.Replays.Accepted == 0
        && Measures.DeadTokens.Asked > 0 && Measures.Replays.Sent > 0
        && TokenGaps.All(gap => gap.Length <= Limit);
}
