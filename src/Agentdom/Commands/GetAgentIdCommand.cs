using System.Management.Automation;

namespace Agentdom.Commands;

/// <summary>Gives the id under which this process asks for tokens.</summary>
[Cmdlet(VerbsCommon.Get, "AgentId")]
[OutputType(typeof(AgentIdentity))]
public sealed class GetAgentIdCommand : AtpCmdlet
{
    /// <inheritdoc/>
    protected override void Run() => WriteObject(new AgentIdentity(AgentId.Current()));
}
