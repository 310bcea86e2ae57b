using Agentdom.Vaults;

namespace Agentdom.Completion;

/// <summary>Scopes that a stored token was requested for: first those of each token as a whole, since that is how it is found.</summary>
internal sealed class TokenScopeCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed)
    {
        var isMeant = typed.Hosts();
        var tokens = KnownTokens.Of(typed.Vault).Where(token => isMeant(token.Host)).Select(static token => token.Scopes).ToList();
        return tokens.Where(_ => typed.Scopes.Length == 0)
            .Concat(tokens.SelectMany(static scopes => scopes).Except(typed.Scopes).Select(static scope => new[] { scope }));
    }
}
