using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// The directory in use, whose answers are kept for a few seconds. It also keeps that an id is unknown, so that a refusal takes the
/// same time, and so that requests in made-up names do not all reach the directory.
/// </summary>
internal sealed class CachedDirectory(IAgentDirectory directory, ILogger<CachedDirectory> log) : IAgentDirectory, IDisposable
{
    /// <summary>How many answers are kept. If there are more, the rest is asked for each time.</summary>
    internal const int Capacity = 100_000;

    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = Capacity });
    private readonly Outage _outage = new(log);
    private long _changes;

    /// <summary>For how long new answers are kept.</summary>
    internal TimeSpan Lifetime { get; set; }

    public ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel) =>
        _answers.TryGetValue(agentId, out RegisteredAgent? known) ? new(known) : AskAsync(agentId, cancel);

    /// <summary>Asks the directory the next time. It was changed.</summary>
    internal void Forget(string agentId)
    {
        Interlocked.Increment(ref _changes);
        _answers.Remove(agentId);
    }

    public void Dispose() => _answers.Dispose();

    private async ValueTask<RegisteredAgent?> AskAsync(string agentId, CancellationToken cancel)
    {
        var changes = Volatile.Read(ref _changes);
        var agent = await _outage.WatchAsync(() => directory.FindAsync(agentId, cancel));
        if (Lifetime > TimeSpan.Zero) Keep(agentId, agent);
        // The answer may be from before the change.
        if (Volatile.Read(ref _changes) != changes) _answers.Remove(agentId);
        return agent;
    }

    private void Keep(string agentId, RegisteredAgent? agent)
    {
        using var entry = _answers.CreateEntry(agentId);
        entry.Value = agent;
        entry.Size = 1;
        entry.AbsoluteExpirationRelativeToNow = Lifetime;
    }
}
