using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Agentdom.Jobs;

/// <summary>
/// Runs a script at once and then again and again, in a runspace of its own. The next run is set when one has ended, so
/// it never overlaps itself. Uses nothing of the libraries, so that removing the module need not load them.
/// </summary>
internal sealed class InProcessJob : IDisposable
{
    internal const string RunspaceName = "Agentdom refresh";

    private static readonly object s_gate = new();
    private static InProcessJob? s_current;

    private readonly object _gate = new();
    private readonly string _script;
    private readonly Guid _owner;
    private readonly Runspace _runspace;
    private readonly Timer _timer;
    private bool _isEnded;

    private InProcessJob(TimeSpan interval, string script, Guid owner)
    {
        Interval = interval;
        _script = script;
        _owner = owner;
        _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        _runspace.Name = RunspaceName;
        // The timer's threads do not keep the process alive.
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();
        _timer = new Timer(_ => Run());
        SetNextRun(TimeSpan.Zero);
    }

    /// <summary>The job of this process, or null.</summary>
    internal static InProcessJob? Current => s_current;

    internal TimeSpan Interval { get; }

    internal DateTimeOffset NextRun { get; private set; }

    /// <summary>What the script gave last, or null where it has not ended yet.</summary>
    internal string? LastReport { get; private set; }

    /// <summary>Starts the job of this process in place of the one there is.</summary>
    internal static void Start(TimeSpan interval, string script)
    {
        lock (s_gate)
        {
            s_current?.Dispose();
            s_current = new InProcessJob(interval, script, Runspace.DefaultRunspace.InstanceId);
        }
    }

    /// <summary>Ends the job of this process.</summary>
    /// <param name="owner">Only where it was started from this runspace: others remove the module from theirs.</param>
    /// <returns>False where there was none.</returns>
    internal static bool End(Guid? owner = null)
    {
        lock (s_gate)
        {
            if (s_current is null || (owner is not null && owner != s_current._owner)) return false;
            s_current.Dispose();
            s_current = null;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
            _timer.Dispose();
        }
        // Stops what runs in it; not under the lock, which that run needs for its end.
        _runspace.Dispose();
    }

    private void Run()
    {
        using var shell = PowerShell.Create();
        lock (_gate)
        {
            if (_isEnded) return;
            shell.Runspace = _runspace;
        }
        try
        {
            LastReport = shell.AddScript(_script).Invoke().LastOrDefault()?.ToString();
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException or InvalidRunspaceStateException)
        {
            // The script reports what fails in it; it cannot report that it was stopped.
        }
        lock (_gate)
        {
            if (!_isEnded) SetNextRun(Interval);
        }
    }

    private void SetNextRun(TimeSpan wait)
    {
        NextRun = DateTimeOffset.Now + wait;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
