namespace Agentdom.Benchmarks.Load;

/// <summary>An issuer that takes part in a run, with the server it needs, if any.</summary>
internal sealed class Candidate(string name, ServerProcess issuer, LoadAgents agents, ServerProcess? beside = null) : IDisposable
{
    private readonly List<RoundResult> _rounds = [];

    internal string Name => name;

    internal ServerProcess Issuer => issuer;

    internal LoadAgents Agents => agents;

    /// <summary>Whether it is an issuer, which must grant and refuse.</summary>
    internal bool IsIssuer { get; init; } = true;

    internal IReadOnlyList<RoundResult> Rounds => _rounds;

    /// <summary>The requests per second of the last round or warm-up, or 0 before the first.</summary>
    internal double LastPerSecond { get; private set; }

    internal void Add(RoundResult round, bool isWarmUp)
    {
        LastPerSecond = round.PerSecond;
        if (!isWarmUp) _rounds.Add(round);
    }

    /// <summary>The median over the rounds.</summary>
    internal double Median(Func<RoundResult, double> value)
    {
        var sorted = _rounds.Select(value).Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public void Dispose()
    {
        issuer.Dispose();
        beside?.Dispose();
    }
}
