using System.Diagnostics;
using System.Management.Automation;

namespace Agentdom;

/// <summary>
/// Tells a person why nothing happens, once it has lasted a second, and goes away with the work, however that ends. What is
/// faster shows no bar.
/// </summary>
internal sealed class WaitingBar(Cmdlet cmdlet, string activity) : IDisposable
{
    /// <summary>How often whoever waits should look up.</summary>
    internal static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private bool _isShown;

    /// <summary>Shows how far it is. On the pipeline's thread only.</summary>
    /// <param name="status">What is being waited for.</param>
    /// <param name="limit">The time after which it is given up, from its start.</param>
    /// <param name="percent">How much is done, where that is known: 0 to 100.</param>
    internal void Show(string status, TimeSpan? limit = null, int percent = -1)
    {
        if (_elapsed.Elapsed < Pace) return;
        // A new one each time: a host may show it later.
        cmdlet.WriteProgress(new ProgressRecord(0, activity, status)
        {
            SecondsRemaining = limit > _elapsed.Elapsed ? (int)(limit.Value - _elapsed.Elapsed).TotalSeconds : -1,
            PercentComplete = percent,
        });
        _isShown = true;
    }

    /// <summary>Takes the bar away.</summary>
    public void Dispose()
    {
        if (_isShown) cmdlet.WriteProgress(new ProgressRecord(0, activity, " ") { RecordType = ProgressRecordType.Completed });
    }
}
