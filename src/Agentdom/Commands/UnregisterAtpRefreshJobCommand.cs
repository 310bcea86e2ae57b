using System.Management.Automation;
using Agentdom.Jobs;

namespace Agentdom.Commands;

/// <summary>Takes the refresh job away, whatever scheduler runs it. What else a crontab holds stays as it is.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "AtpRefreshJob", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterAtpRefreshJobCommand : AtpCmdlet
{
    /// <summary>The scheduler to take it from; all of them where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public AtpJobScheduler Scheduler { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Scheduler;

    /// <inheritdoc/>
    protected override void Run()
    {
        var from = Scheduler == AtpJobScheduler.Auto ? "every scheduler" : Scheduler.ToString();
        if (ShouldProcess(from, "Unregister refresh job")) Schedulers.All().Unregister(Scheduler.ToString());
    }
}
