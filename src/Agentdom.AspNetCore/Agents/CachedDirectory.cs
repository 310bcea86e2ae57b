using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// The directory in use, whose answers are kept for a few seconds. It also keeps that an id or an API key is unknown, so that a refusal
/// takes the same time, and so that requests in made-up names do not all reach the directory.
/// </summary>
internal sealed class CachedDirectory : IAgentDirectory, IFreshDirectory
{
    private const int MaxAnswers = 100_000;

    // An agent waits as long for an answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly Outage _outage;
    private readonly KeptAnswers<RegisteredAgent?> _byId;
    private readonly KeptAnswers<RegisteredAgent?> _byApiKey;

    public CachedDirectory(IAgentDirectory directory, TimeProvider time, ILogger<CachedDirectory> log)
    {
        (_time, _outage) = (time, new Outage(log));
        _byId = Kept(directory.FindAsync);
        _byApiKey = Kept(async (hash, cancel) =>
        {
            var agent = await directory.FindByApiKeyAsync(hash, cancel);
            // What is kept for the id may be from before the agent had this key, so its tokens would not be accepted.
            if (agent is not null) _byId.Forget(agent.AgentId);
            return agent;
        });
    }

    /// <summary>For how long answers are kept.</summary>
    internal TimeSpan Lifetime
    {
        get => _byId.Lifetime;
        set => _byId.Lifetime = _byApiKey.Lifetime = value;
    }

    public ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel) => _byId.FindAsync(agentId, cancel);

    public ValueTask<RegisteredAgent?> FindAfreshAsync(string agentId, CancellationToken cancel) =>
        _byId.FindAfreshAsync(agentId, cancel);

    public ValueTask<RegisteredAgent?> FindByApiKeyAsync(string apiKeyHash, CancellationToken cancel) =>
        _byApiKey.FindAsync(apiKeyHash, cancel);

    /// <summary>Asks the directory the next time. It was changed.</summary>
    internal void Forget(string agentId)
    {
        _byId.Forget(agentId);
        _byApiKey.ForgetAnswers(agent => agent?.AgentId == agentId);
    }

    private KeptAnswers<RegisteredAgent?> Kept(Func<string, CancellationToken, ValueTask<RegisteredAgent?>> find) =>
        new((key, cancel) => _outage.WatchAsync(() => AskAsync(find, key, cancel)).AsTask(), _time, MaxAnswers);

    private async ValueTask<RegisteredAgent?> AskAsync(
        Func<string, CancellationToken, ValueTask<RegisteredAgent?>> find, string key, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(s_patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            return await find(key, limit.Token).AsTask().WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is not IssuerStateException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new IssuerStateException(patience.IsCancellationRequested
                ? $"The directory of agents did not answer within {s_patience.TotalSeconds:0} seconds."
                : $"The directory of agents failed ({IssuerStateException.Types(e)}).");
        }
    }
}
