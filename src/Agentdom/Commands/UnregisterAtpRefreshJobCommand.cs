using System.Management.Automation;
using Agentdom.Jobs;

namespace Agentdom.Commands;

/// <summary>Removes the refresh job from its scheduler. Other entries of a crontab are not changed.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "AtpRefreshJob", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterAtpRefreshJobCommand : AtpCmdlet
{
    /// <summary>The scheduler to remove the job from. <see cref="AtpJobScheduler.Auto"/> means all schedulers.</summary>
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
