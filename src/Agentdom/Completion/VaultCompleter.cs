using Agentdom.Vaults;

namespace Agentdom.Completion;

/// <summary>The module's own vault, and those of SecretManagement if the session has imported it.</summary>
internal sealed class VaultCompleter : ValueCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string[]> Values(TypedParameters typed) => SecretManagement.NamesInSession()
        .Concat(KnownTokens.SeenVaults())
        .Append(FileVault.VaultName)
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .Select(static name => new[] { name });
}
