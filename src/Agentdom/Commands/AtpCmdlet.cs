using System.Collections.Concurrent;
using System.Management.Automation;

namespace Agentdom;

/// <summary>
/// What all cmdlets share: waiting for the network so that Ctrl+C ends it at once, and turning failures into error
/// records. A failure ends the statement, so that try/catch meets it; with pipeline input it is one error and the rest
/// goes on, and with -ErrorAction it is what the caller asks for.
/// </summary>
public abstract class AtpCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>What the failure of the current input is about, for its error record.</summary>
    protected virtual object? Target => null;

    private protected CancellationToken StopToken => _stopping.Token;

    /// <summary>The cmdlet's work for one input.</summary>
    protected abstract void Run();

    /// <summary>The cmdlet's work once all input is there.</summary>
    protected virtual void Finish()
    {
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guarded(Run);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guarded(Finish);

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (AtpException e)
        {
            Fail(ErrorRecords.From(e, Target, this));
        }
        catch (JsonFormatException e)
        {
            Fail(ErrorRecords.From(e, Target, this));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <summary>
    /// Runs work that takes time away from the pipeline's thread, and shows what it tells as verbose messages, and, where it
    /// lasts, in a bar.
    /// </summary>
    /// <param name="timeoutSeconds">The time for all of it.</param>
    /// <param name="work">The work.</param>
    private protected T Await<T>(int timeoutSeconds, Func<Deadline, Task<T>> work)
    {
        var messages = new ConcurrentQueue<string>();
        using var told = new AutoResetEvent(false);
        var limit = TimeSpan.FromSeconds(timeoutSeconds);
        using var deadline = new Deadline(limit, Tell, _stopping.Token);
        using var bar = NewBar();
        var status = " ";
        var task = Task.Run(() => work(deadline));
        // Without a spin first, which would take a core that the network's threads need.
        WaitHandle[] wakers = [told, ((IAsyncResult)task).AsyncWaitHandle, _stopping.Token.WaitHandle];
        while (!task.IsCompleted)
        {
            WaitHandle.WaitAny(wakers, WaitingBar.Pace);
            _stopping.Token.ThrowIfCancellationRequested();
            Show();
            bar.Show(status, limit);
        }
        Show();
        return task.GetAwaiter().GetResult();

        void Tell(string message)
        {
            messages.Enqueue(message);
            told.Set();
        }

        void Show()
        {
            while (messages.TryDequeue(out var message)) WriteVerbose(status = message);
        }
    }

    private protected WaitingBar NewBar() => new(this, MyInvocation.MyCommand.Name);

    /// <summary>Reports a failure that belongs to one of several inputs and does not touch the others.</summary>
    private protected void Report(AtpException failure, object? target) => WriteError(ErrorRecords.From(failure, target, this));

    /// <summary>The one way by which a token or a secret leaves the module as plain text.</summary>
    private protected void WritePlainText(string secret)
    {
        CiMask.Add(secret);
        WriteObject(secret);
    }

    private void Fail(ErrorRecord record)
    {
        // A terminating error would not heed -ErrorAction.
        if (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey("ErrorAction")) WriteError(record);
        else ThrowTerminatingError(record);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }
}
