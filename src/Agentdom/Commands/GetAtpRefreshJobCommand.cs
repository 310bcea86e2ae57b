using System.Management.Automation;
using Agentdom.Jobs;

namespace Agentdom.Commands;

/// <summary>Gets the registered refresh job, how it last went and when it runs next; nothing where none is registered.</summary>
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
