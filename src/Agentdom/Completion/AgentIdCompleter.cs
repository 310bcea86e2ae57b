using Agentdom.Vaults;

namespace Agentdom.Completion;

/// <summary>The agents that have a stored token, of the hosts that are already typed.</summary>
internal sealed class AgentIdCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed)
    {
        var isMeant = typed.Hosts();
        return KnownTokens.Of(typed.Vault, null).Where(token => isMeant(token.Host)).Select(static token => new[] { token.AgentId });
    }
}
