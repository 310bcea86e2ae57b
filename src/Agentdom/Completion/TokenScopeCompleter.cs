using Agentdom.Vaults;

namespace Agentdom.Completion;

/// <summary>The scopes of stored tokens. The complete list of each token comes first, because a token is found by all its scopes.</summary>
internal sealed class TokenScopeCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed)
    {
        var isMeant = typed.Hosts();
        var tokens = KnownTokens.Of(typed.Vault, typed.AgentId)
            .Where(token => isMeant(token.Host)).Select(static token => token.Scopes).ToList();
        return tokens.Where(_ => typed.Scopes.Length == 0)
            .Concat(tokens.SelectMany(static scopes => scopes).Except(typed.Scopes).Select(static scope => new[] { scope }));
    }
}
