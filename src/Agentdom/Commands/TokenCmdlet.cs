using System.Management.Automation;
using Agentdom.Completion;
using Agentdom.Vaults;

namespace Agentdom;

/// <summary>The base of cmdlets that use the stored tokens of an agent.</summary>
public abstract class TokenCmdlet : VaultCmdlet
{
    /// <summary>The id of the agent that the tokens belong to, or <c>*</c> for any agent. If null, it is this process's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AgentIdCompleter))]
    public virtual string? AgentId { get; set; }

    private protected TokenStore OpenStore(Action<AtpException>? onUnreadable = null) => OpenStore(AgentChoice.Of(AgentId), onUnreadable);
}
