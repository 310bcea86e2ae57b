using Agentdom.Vaults;

namespace Agentdom.Completion;

/// <summary>The scopes that a host offers, if they are known in this process, and those of its stored tokens.</summary>
internal sealed class ScopeCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed)
    {
        var isMeant = typed.Hosts();
        return KnownHosts.Offers().Concat(KnownTokens.Of(typed.Vault, null).Select(static token => (token.Host, token.Scopes)))
            .Where(known => isMeant(known.Host))
            .SelectMany(static known => known.Scopes)
            .Except(typed.Scopes)
            .Select(static scope => new[] { scope });
    }
}
