namespace Agentdom.Issuer;

/// <summary>The sets of managed tokens in memory.</summary>
/// <param name="capacity">The maximum number of sets.</param>
/// <param name="time">The clock.</param>
/// <param name="removed">Is called with the latest expiry of the sets that are about to be removed.</param>
internal sealed class InMemoryTokenSets(int capacity, TimeProvider time, Action<DateTimeOffset> removed)
{
    private readonly Dictionary<string, ManagedTokenSet> _sets = new(StringComparer.Ordinal);
    private readonly PruneClock _clock = new(time);
    private long _sweptUpTo = long.MinValue;

    internal ManagedTokenSet? Find(string agentId)
    {
        lock (_sets) return _sets.TryGetValue(agentId, out var set) ? set : null;
    }

    /// <exception cref="IssuerStateException">There are too many sets.</exception>
    internal bool TryReplace(string agentId, Guid? version, ManagedTokenSet? replacement)
    {
        lock (_sets)
        {
            Sweep();
            _sets.TryGetValue(agentId, out var current);
            if (current?.Version != version) return false;
            if (current is null && _sets.Count >= capacity)
                throw new IssuerStateException($"The issuer's in-memory state is full: {capacity} agents have managed tokens.");
            if (replacement is null) _sets.Remove(agentId);
            else _sets[agentId] = replacement;
            return true;
        }
    }

    private void Sweep()
    {
        var expired = _clock.ExpiredBefore();
        if (expired == _sweptUpTo) return;
        _sweptUpTo = expired;
        var old = _sets.Where(set => set.Value.Until.ToUnixTimeMilliseconds() < expired).ToList();
        if (old.Count == 0) return;
        removed(old.Max(static set => set.Value.Until));
        foreach (var set in old) _sets.Remove(set.Key);
    }
}
