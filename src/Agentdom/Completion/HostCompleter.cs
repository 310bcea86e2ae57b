using Agentdom.Vaults;

namespace Agentdom.Completion;

/// <summary>Hosts with a stored token, and the other hosts that are known in this process.</summary>
internal sealed class HostCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed) => KnownTokens.Of(typed.Vault, null)
        .Select(static token => token.Host)
        .Concat(KnownHosts.Offers().Select(static offer => offer.Host))
        .Concat(KnownHosts.InEnvironment())
        .Select(static host => new[] { host });
}
