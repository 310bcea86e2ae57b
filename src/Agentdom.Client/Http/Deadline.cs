using System.Diagnostics;

namespace Agentdom.Client;

/// <summary>How long an operation may take in all, who can end it sooner, and who hears of its progress.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _limit;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly Action<string>? _tell;

    /// <summary>Starts the clock.</summary>
    /// <param name="limit">The time for the whole operation, retries and waits included.</param>
    /// <param name="tell">Hears what happens on the way, never a secret or a token; may be called from any thread.</param>
    /// <param name="caller">Ends the operation at once.</param>
    public Deadline(TimeSpan limit, Action<string>? tell = null, CancellationToken caller = default)
    {
        _limit = limit;
        _caller = caller;
        _tell = tell;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _source.CancelAfter(limit);
    }

    internal CancellationToken Token => _source.Token;

    internal TimeSpan Remaining => _limit - _elapsed.Elapsed;

    internal bool HasPassed => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    internal void Tell(string text) => _tell?.Invoke(text);

    internal AtpException ToAtpException(string? host, Exception cause) => new(AtpError.TimedOut,
        $"{host ?? "The operation"} did not finish within the {_limit.TotalSeconds:0.#} seconds it was given.",
        "Check that the host is up, or allow more time.", cause);

    /// <summary>Stops the clock.</summary>
    public void Dispose() => _source.Dispose();
}
