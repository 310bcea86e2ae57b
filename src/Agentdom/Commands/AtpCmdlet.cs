using System.Collections.Concurrent;
using System.Management.Automation;

namespace Agentdom;

/// <summary>
/// The base of all cmdlets. It waits for the network so that Ctrl+C takes effect at once, and turns failures into error
/// records. A failure terminates the statement, so that try/catch works. With pipeline input it is a non-terminating error, and
/// -ErrorAction overrides both.
/// </summary>
public abstract class AtpCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The target object of the error record, if the current input fails.</summary>
    protected virtual object? Target => null;

    private protected CancellationToken StopToken => _stopping.Token;

    /// <summary>The cmdlet's work for one input.</summary>
    protected abstract void Run();

    /// <summary>The cmdlet's work after all input was read.</summary>
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
    /// Runs work on another thread and shows its progress as verbose messages and, if it takes longer than a second, in a
    /// progress bar.
    /// </summary>
    /// <param name="timeoutSeconds">The time limit for the work, in seconds.</param>
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
        // Task.Wait would spin first, and take a core that the network's threads need.
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

    /// <summary>Writes the error for one of several inputs. The others continue.</summary>
    private protected void Report(AtpException failure, object? target) => WriteError(ErrorRecords.From(failure, target, this));

    /// <summary>Outputs a token or a secret as plain text, and masks it in CI logs. All cmdlets must use it for that.</summary>
    private protected void WritePlainText(string secret)
    {
        CiMask.Add(secret);
        WriteObject(secret);
    }

    private void Fail(ErrorRecord record)
    {
        // A terminating error ignores -ErrorAction, so a caller who set it gets a non-terminating one.
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
