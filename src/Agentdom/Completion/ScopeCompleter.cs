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

/// <summary>Scopes that a host offers, where this process has heard of them, and those of its stored tokens.</summary>
internal sealed class ScopeCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed)
    {
        var isMeant = typed.Hosts();
        return KnownHosts.Offers().Concat(KnownTokens.Of(typed.Vault))
            .Where(known => isMeant(known.Host))
            .SelectMany(static known => known.Scopes)
            .Except(typed.Scopes)
            .Select(static scope => new[] { scope });
    }
}
