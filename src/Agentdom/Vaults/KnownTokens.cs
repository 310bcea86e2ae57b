using System.Collections.Concurrent;

namespace Agentdom.Vaults;

/// <summary>
/// Hosts, scopes and agent ids of stored tokens that are available without a prompt: those in the module's own vault, if its key is
/// available, and those that this process has already read from or written to SecretManagement's vaults.
/// </summary>
internal static class KnownTokens
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private static readonly ConcurrentDictionary<(string Vault, string Entry), KnownToken> s_seen = new();

    /// <param name="vault">The vault, or null for any, because finding the default one would import SecretManagement.</param>
    /// <param name="agentId">The agent, or null for any.</param>
    internal static IEnumerable<KnownToken> Of(string? vault, string? agentId) =>
        (vault is null || IsSame(vault, FileVault.VaultName) ? InOwnVault() : [])
        .Concat(s_seen.Where(seen => vault is null || IsSame(vault, seen.Key.Vault)).Select(static seen => seen.Value))
        .Where(token => agentId is null || token.AgentId == agentId)
        .OrderBy(static token => token.Host, StringComparer.Ordinal);

    internal static IEnumerable<string> SeenVaults() => s_seen.Keys.Select(static key => key.Vault);

    /// <summary>Records the content of an entry in a SecretManagement vault, or null if it was removed.</summary>
    internal static void Note(string vault, string entry, string? text)
    {
        if (!entry.StartsWith(EntryName.TokenPrefix, StringComparison.Ordinal)) return;
        s_seen.TryRemove((vault, entry), out _);
        if (text is null) return;
        try
        {
            if (VaultText.Decode(text) is { } json) s_seen[(vault, entry)] = new KnownToken(StoredToken.FromJson(json));
        }
        catch (JsonFormatException)
        {
            // Not an Agentdom token. An error is reported when it is read as one.
        }
    }

    private static KnownToken[] InOwnVault()
    {
        // A disk that does not answer must not block tab completion, but a busy machine should still offer its tokens.
        var listing = Task.Run(static () => !FileVault.IsKeyAtHand ? [] : new TokenStore(new FileVault()).All()
            .Select(static token => new KnownToken(token)).ToArray());
        try
        {
            return listing.Wait(s_patience) ? listing.Result : [];
        }
        catch (AggregateException)
        {
            // The other sources still give completions.
            return [];
        }
    }

    private static bool IsSame(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
