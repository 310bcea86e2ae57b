using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using System.Security;
using Agentdom.Loading;

namespace Agentdom;

/// <summary>
/// The base of all cmdlets. It waits for the network so that Ctrl+C takes effect at once, and turns failures into error
/// records. A failure terminates the statement, so that try/catch works. With pipeline input it is a non-terminating error, and
/// -ErrorAction overrides both. Output, warnings and errors are written after the work, and verbose messages and progress never
/// interrupt it, so that a preference such as <c>$WarningPreference = 'Stop'</c> cannot end a cmdlet halfway.
/// </summary>
public abstract class AtpCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<Delivery> _deliveries = new();
    private ExceptionDispatchInfo? _interruption;

    /// <summary>The target object of the error record, if the current input fails.</summary>
    protected virtual object? Target => null;

    /// <summary>Whether the work is done in <see cref="Finish"/>, so that nothing may be written before it.</summary>
    private protected virtual bool WorksAtEnd => false;

    private protected CancellationToken StopToken => _stopping.Token;

    /// <summary>The cmdlet's work for one input.</summary>
    protected abstract void Run();

    /// <summary>The cmdlet's work after all input was read.</summary>
    protected virtual void Finish()
    {
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        if (LoadedVersion.Conflict(MyInvocation.MyCommand.Module) is { } conflict) ThrowTerminatingError(conflict);
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guarded(isEnd: false);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guarded(isEnd: true);

    // Runs for each input, so it creates no delegates and reads what the cmdlet was called with only after a failure.
    private void Guarded(bool isEnd)
    {
        ErrorRecord? failure = null;
        try
        {
            if (isEnd) Finish();
            else Process();
        }
        catch (AtpException e)
        {
            failure = ErrorRecords.From(e, Target, this);
        }
        catch (JsonFormatException e)
        {
            failure = ErrorRecords.From(e, Target, this);
        }
        catch (OperationCanceledException e) when (_stopping.IsCancellationRequested || e.InnerException is PipelineStoppedException)
        {
            throw new PipelineStoppedException();
        }
        var isLast = isEnd || !WorksAtEnd;
        // A terminating error ignores -ErrorAction, so a caller who set it gets a non-terminating one.
        var isTerminating = failure is not null
            && !MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey("ErrorAction");
        if (failure is not null && !isTerminating) WriteError(failure);
        if (isLast || isTerminating) Deliver();
        if (isTerminating) ThrowTerminatingError(failure!);
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

    private protected WaitingBar NewBar() => new(WriteProgress, MyInvocation.MyCommand.Name);

    /// <summary>Writes the error for one of several inputs. The others continue.</summary>
    private protected void Report(AtpException failure, object? target) => WriteError(ErrorRecords.From(failure, target, this));

    /// <summary>
    /// Outputs a token or a secret as plain text, alone or within an object, and masks it in CI logs. All cmdlets must use it for that.
    /// </summary>
    private protected void WritePlainText(string secret, object? within = null)
    {
        CiMask.Add(secret);
        WriteObject(within ?? secret);
    }

    /// <summary>Outputs an object after the work.</summary>
    /// <param name="output">The object.</param>
    /// <param name="enumerateCollection">Whether to output the elements of a collection one by one.</param>
    /// <param name="ifUndelivered">Called if the pipeline ends before the object was output.</param>
    private protected void WriteObject(object? output, bool enumerateCollection = false, Action? ifUndelivered = null) =>
        _deliveries.Enqueue(new(null, output, enumerateCollection, ifUndelivered));

    /// <summary>Writes a warning after the work.</summary>
    private protected new void WriteWarning(string text) => _deliveries.Enqueue(new(() => base.WriteWarning(text)));

    /// <summary>Writes an error after the work.</summary>
    private protected new void WriteError(ErrorRecord record) => _deliveries.Enqueue(new(() => base.WriteError(record)));

    /// <summary>Writes a verbose message at once.</summary>
    private protected new void WriteVerbose(string text) => WriteNow(() => base.WriteVerbose(text));

    /// <summary>Writes what another command wrote to one of its streams.</summary>
    private protected void WriteRecord(PSObject? record)
    {
        switch (record?.BaseObject)
        {
            case ErrorRecord error:
                WriteError(error);
                break;
            case WarningRecord warning:
                WriteWarning(warning.Message);
                break;
            case VerboseRecord verbose:
                WriteVerbose(verbose.Message);
                break;
            case DebugRecord debug:
                WriteNow(() => WriteDebug(debug.Message));
                break;
            case InformationRecord information:
                WriteNow(() => WriteInformation(information));
                break;
            default:
                WriteObject(record);
                break;
        }
    }

    /// <summary>Ends the cmdlet with another command's error, unchanged, after the output so far.</summary>
    private protected void ThrowLater(ExceptionDispatchInfo failure) => _deliveries.Enqueue(new(failure.Throw));

    private new void WriteProgress(ProgressRecord record) => WriteNow(() => base.WriteProgress(record));

    // A preference or another command may end the pipeline here. The work continues; only Ctrl+C interrupts it.
    private void WriteNow(Action write)
    {
        if (_interruption is not null) return;
        try
        {
            write();
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested)
        {
            _interruption = ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>Writes the output, warnings and errors so far.</summary>
    private protected void Deliver()
    {
        try
        {
            _interruption?.Throw();
            while (_deliveries.Count > 0)
            {
                var delivery = _deliveries.Dequeue();
                if (delivery.Write is null) base.WriteObject(delivery.Output, delivery.IsCollection);
                else delivery.Write();
            }
        }
        finally
        {
            while (_deliveries.Count > 0) _deliveries.Dequeue().IfUndelivered?.Invoke();
        }
    }

    private void Process()
    {
        foreach (var value in MyInvocation.BoundParameters.Values)
        {
            if (NoPlainTextAttribute.IsRefused(value)) throw NoPlainTextAttribute.Refusal();
        }
        Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what the cmdlet keeps between inputs. PowerShell calls it however the pipeline ends.</summary>
    private protected virtual void Release()
    {
    }

    // An object to output, unless there is something else to write.
    private sealed record Delivery(Action? Write, object? Output = null, bool IsCollection = false, Action? IfUndelivered = null);
}
