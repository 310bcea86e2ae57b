using System.Management.Automation;

namespace Agentdom.Commands;

/// <summary>Gets the agent id that this process sends when it requests tokens.</summary>
[Cmdlet(VerbsCommon.Get, "AgentId")]
[OutputType(typeof(AgentIdentity))]
public sealed class GetAgentIdCommand : AtpCmdlet
{
    /// <inheritdoc/>
    protected override void Run() => WriteObject(new AgentIdentity(AgentId.Current()));
}
