using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// The directory in use, whose answers are kept for a few seconds. It also keeps that an id is unknown, so that a refusal takes the
/// same time, and so that requests in made-up names do not all reach the directory.
/// </summary>
internal sealed class CachedDirectory : IAgentDirectory, IFreshDirectory
{
    // An agent waits as long for an answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly IAgentDirectory _directory;
    private readonly TimeProvider _time;
    private readonly Outage _outage;
    private readonly KeptAnswers<RegisteredAgent?> _answers;

    public CachedDirectory(IAgentDirectory directory, TimeProvider time, ILogger<CachedDirectory> log)
    {
        (_directory, _time, _outage) = (directory, time, new Outage(log));
        _answers = new KeptAnswers<RegisteredAgent?>(
            (agentId, cancel) => _outage.WatchAsync(() => AskAsync(agentId, cancel)).AsTask(), time);
    }

    /// <summary>For how long answers are kept.</summary>
    internal TimeSpan Lifetime
    {
        get => _answers.Lifetime;
        set => _answers.Lifetime = value;
    }

    public ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel) => _answers.FindAsync(agentId, cancel);

    public ValueTask<RegisteredAgent?> FindAfreshAsync(string agentId, CancellationToken cancel) =>
        _answers.FindAfreshAsync(agentId, cancel);

    /// <summary>Asks the directory the next time. It was changed.</summary>
    internal void Forget(string agentId) => _answers.Forget(agentId);

    private async ValueTask<RegisteredAgent?> AskAsync(string agentId, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(s_patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            return await _directory.FindAsync(agentId, limit.Token).AsTask().WaitAsync(limit.Token);
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
