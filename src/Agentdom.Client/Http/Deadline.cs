using System.Diagnostics;

namespace Agentdom.Client;

/// <summary>An operation's timeout, its cancellation and its progress messages.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _limit;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly Action<string>? _tell;

    /// <summary>Starts the clock.</summary>
    /// <param name="limit">The time for the whole operation, including retries and waits.</param>
    /// <param name="tell">Receives progress messages, from any thread. They never contain a secret or a token.</param>
    /// <param name="caller">Cancels the operation at once.</param>
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

    internal void Tell(string text) => _tell?.Invoke(Printable.WithoutUserInfo(text));

    internal AtpException ToAtpException(string? host, Exception cause) => new(AtpError.TimedOut,
        $"{host ?? "The operation"} did not finish within its limit of {_limit.TotalSeconds:0.#} seconds.",
        "Check that the host is up, or allow more time.", cause);

    /// <summary>Stops the clock.</summary>
    public void Dispose() => _source.Dispose();
}
