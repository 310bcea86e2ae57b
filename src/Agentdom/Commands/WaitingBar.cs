using System.Diagnostics;
using System.Management.Automation;

namespace Agentdom;

/// <summary>
/// A progress bar that appears after one second, so that fast work shows none. Dispose removes it.
/// </summary>
internal sealed class WaitingBar(Action<ProgressRecord> write, string activity) : IDisposable
{
    /// <summary>How often callers should update the bar during a wait.</summary>
    internal static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private bool _isShown;

    /// <summary>Shows the progress. Call it on the pipeline's thread only.</summary>
    /// <param name="status">What the cmdlet waits for.</param>
    /// <param name="limit">The timeout, counted from the start of the work.</param>
    /// <param name="percent">The progress, 0 to 100, or -1 if it is not known.</param>
    internal void Show(string status, TimeSpan? limit = null, int percent = -1)
    {
        if (_elapsed.Elapsed < Pace) return;
        // A new record each time, because a host may show it later.
        write(new ProgressRecord(0, activity, status)
        {
            SecondsRemaining = limit > _elapsed.Elapsed ? (int)(limit.Value - _elapsed.Elapsed).TotalSeconds : -1,
            PercentComplete = percent,
        });
        _isShown = true;
    }

    /// <summary>Removes the bar.</summary>
    public void Dispose()
    {
        if (_isShown) write(new ProgressRecord(0, activity, " ") { RecordType = ProgressRecordType.Completed });
    }
}
