using Agentdom.Vaults;

namespace Agentdom.Completion;

/// <summary>Hosts with a stored token.</summary>
internal sealed class TokenHostCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed) =>
        KnownTokens.Of(typed.Vault, typed.AgentId).Select(static token => new[] { token.Host });
}
