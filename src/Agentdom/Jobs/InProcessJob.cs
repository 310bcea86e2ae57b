using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Agentdom.Jobs;

/// <summary>
/// Runs a script at once and then periodically, in a separate runspace. The next run is scheduled when one has finished, so runs
/// never overlap. Uses no type of the libraries, so that removing the module does not load them.
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
        // The script runs on the timer's threads, which do not keep the process alive.
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();
        _timer = new Timer(_ => Run());
        SetNextRun(TimeSpan.Zero);
    }

    /// <summary>The job of this process, or null.</summary>
    internal static InProcessJob? Current => s_current;

    internal TimeSpan Interval { get; }

    internal DateTimeOffset NextRun { get; private set; }

    /// <summary>The output of the last run, or null if none has finished.</summary>
    internal string? LastReport { get; private set; }

    /// <summary>Starts the job of this process and stops the existing one.</summary>
    internal static void Start(TimeSpan interval, string script)
    {
        lock (s_gate)
        {
            s_current?.Dispose();
            s_current = new InProcessJob(interval, script, Runspace.DefaultRunspace.InstanceId);
        }
    }

    /// <summary>Stops the job of this process.</summary>
    /// <param name="owner">If set, stops the job only if it was started from this runspace.</param>
    /// <returns>False if there was none.</returns>
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
        // Stops the current run. Not under the lock, because the run needs the lock to finish.
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
            // The script reports its own failures, so this is only thrown if it was stopped.
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
