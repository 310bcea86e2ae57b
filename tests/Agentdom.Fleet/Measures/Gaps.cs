namespace Agentdom.Fleet.Measures;

/// <summary>
/// How long agents went without something: from the start of the first call that failed for that reason to the end of
/// the next call that succeeded.
/// </summary>
internal sealed class Gaps
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TimeSpan> _open = [];
    private readonly List<Gap> _closed = [];

    internal void Begin(string agent, TimeSpan at)
    {
        lock (_gate) _open.TryAdd(agent, at);
    }

    internal void End(string agent, TimeSpan at)
    {
        lock (_gate)
        {
            if (_open.Remove(agent, out var from)) _closed.Add(new Gap(agent, from, at));
        }
    }

    /// <summary>Forgets an agent that is shut out on purpose.</summary>
    internal void Forget(string agent)
    {
        lock (_gate) _open.Remove(agent);
    }

    /// <summary>All gaps, the longest first. Open gaps end at <paramref name="end"/>.</summary>
    internal IReadOnlyList<Gap> All(TimeSpan end)
    {
        lock (_gate)
        {
            return [.. _closed.Concat(_open.Select(gap => new Gap(gap.Key, gap.Value, end))).OrderByDescending(static gap => gap.Length)];
        }
    }
}
