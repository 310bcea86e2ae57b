using System.Management.Automation;
using Agentdom.Jobs;

namespace Agentdom.Commands;

/// <summary>Gets the refresh job with its last outcome and next run. Returns nothing if no job is registered.</summary>
[Cmdlet(VerbsCommon.Get, "AtpRefreshJob")]
[OutputType(typeof(AtpRefreshJob))]
public sealed class GetAtpRefreshJobCommand : AtpCmdlet
{
    /// <inheritdoc/>
    protected override void Run()
    {
        foreach (var job in Schedulers.All().Find()) WriteObject(new AtpRefreshJob(job));
    }
}
