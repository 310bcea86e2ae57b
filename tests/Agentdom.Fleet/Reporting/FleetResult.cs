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

    /// <summary>The names of the nodes.</summary>
    internal required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>The processor time during the run.</summary>
    internal required ProcessorTimes Used { get; init; }

    /// <summary>What ended the run early, or null.</summary>
    internal required Exception? Failure { get; init; }

    /// <summary>The longest time that an agent may be without a good token.</summary>
    internal TimeSpan Limit => LongestOutage + s_allowance;

    internal IReadOnlyList<Gap> TokenGaps => Measures.WithoutToken.All(Options.Length);

    internal IReadOnlyList<Gap> AnswerGaps => Measures.WithoutAnswer.All(Options.Length);

    internal Herd Herd => Herd.Of(Measures, Options.TokenLifetime);

    /// <summary>
    /// Whether every node has recognized a replay, and after each restart one from before it. Otherwise the refusals prove nothing.
    /// </summary>
    internal bool AreReplaysRecognized => !Measures.Restarts.IsEmpty && Measures.Restarts.All(
        restart => Nodes.All(node => Measures.Probes.HasRecognized(node, before: restart.From, after: restart.To)));

    internal bool IsGood => Failure is null && Measures.Probes.AreGood && AreReplaysRecognized && Herd.IsGood
        && TokenGaps.All(gap => gap.Length <= Limit);
}
