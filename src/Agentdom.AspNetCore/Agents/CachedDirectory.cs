using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// The directory in use, whose answers are kept for a few seconds. It also keeps that an id is unknown, so that a refusal takes the
/// same time, and so that requests in made-up names do not all reach the directory.
/// </summary>
internal sealed class CachedDirectory(IAgentDirectory directory, ILogger<CachedDirectory> log) : IAgentDirectory, IDisposable
{
    /// <summary>
    /// How many answers are kept, those to ids and those to API keys together. If there are more, the rest is asked for each time.
    /// </summary>
    internal const int Capacity = 100_000;

    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = Capacity });
    private readonly Outage _outage = new(log);
    private long _changes;

    /// <summary>For how long new answers are kept.</summary>
    internal TimeSpan Lifetime { get; set; }

    public ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel) =>
        _answers.TryGetValue(agentId, out RegisteredAgent? known) ? new(known) : AskAsync(agentId, cancel);

    // What is kept for a key is only whose it is, so that a change to the agent needs to be known for its id alone.
    public async ValueTask<RegisteredAgent?> FindByApiKeyAsync(string apiKeyHash, CancellationToken cancel)
    {
        var key = new ApiKey(apiKeyHash);
        if (_answers.TryGetValue(key, out string? agentId))
            return agentId is not null && await FindAsync(agentId, cancel) is { } known && known.HasApiKey(apiKeyHash) ? known : null;
        var changes = Volatile.Read(ref _changes);
        var agent = await _outage.WatchAsync(() => directory.FindByApiKeyAsync(apiKeyHash, cancel));
        if (Lifetime > TimeSpan.Zero)
        {
            Keep(key, agent?.AgentId);
            // What is kept for the id may be from before the agent had this key, so its tokens would not be accepted.
            if (agent is not null) Keep(agent.AgentId, agent);
        }
        if (Volatile.Read(ref _changes) == changes) return agent;
        _answers.Remove(key);
        if (agent is not null) _answers.Remove(agent.AgentId);
        return agent;
    }

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

    private void Keep(object key, object? answer)
    {
        using var entry = _answers.CreateEntry(key);
        entry.Value = answer;
        entry.Size = 1;
        entry.AbsoluteExpirationRelativeToNow = Lifetime;
    }

    private sealed record ApiKey(string Hash);
}
