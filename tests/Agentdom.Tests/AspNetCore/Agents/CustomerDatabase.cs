using System.Collections.Concurrent;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What an app's own directory stands on. It counts the searches, and can fail or take long.</summary>
internal sealed class CustomerDatabase : IAgentDirectory
{
    internal int EndedUnits;

    internal ConcurrentDictionary<string, RegisteredAgent> Agents { get; } = new();

    internal ConcurrentDictionary<string, int> Searches { get; } = new();

    internal Exception? Failure { get; set; }

    /// <summary>What an answer waits for after it was read.</summary>
    internal TaskCompletionSource? Pause { get; set; }

    public async ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel)
    {
        if (Failure is not null) throw Failure;
        Searches.AddOrUpdate(agentId, 1, static (_, count) => count + 1);
        var agent = Agents.GetValueOrDefault(agentId);
        if (Pause is not null) await Pause.Task;
        return agent;
    }
}
