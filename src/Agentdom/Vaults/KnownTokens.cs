using System.Collections.Concurrent;

namespace Agentdom.Vaults;

/// <summary>
/// Hosts and scopes of stored tokens, as far as nobody has to be asked for them: what the module's own vault holds, where
/// its key is at hand, and what this process has met in SecretManagement's vaults, any of which may ask for a password.
/// </summary>
internal static class KnownTokens
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static readonly ConcurrentDictionary<(string Vault, string Entry), (string Host, string[] Scopes)> s_seen = new();

    /// <param name="vault">The vault; null for any, since finding out the default one would import SecretManagement.</param>
    internal static IEnumerable<(string Host, string[] Scopes)> Of(string? vault) =>
        (vault is null || IsSame(vault, FileVault.VaultName) ? InOwnVault() : [])
        .Concat(s_seen.Where(seen => vault is null || IsSame(vault, seen.Key.Vault)).Select(static seen => seen.Value))
        .OrderBy(static token => token.Host, StringComparer.Ordinal);

    internal static IEnumerable<string> SeenVaults() => s_seen.Keys.Select(static key => key.Vault);

    /// <summary>Takes note of what an entry of a SecretManagement vault holds; null where it is gone.</summary>
    internal static void Note(string vault, string entry, string? text)
    {
        if (!entry.StartsWith(EntryName.TokenPrefix, StringComparison.Ordinal)) return;
        s_seen.TryRemove((vault, entry), out _);
        if (text is null) return;
        try
        {
            var token = StoredToken.FromJson(text);
            s_seen[(vault, entry)] = (token.Host, [.. token.ScopesRequested]);
        }
        catch (JsonFormatException)
        {
            // Not one of the module's; whoever reads it as a token says so.
        }
    }

    private static (string Host, string[] Scopes)[] InOwnVault()
    {
        // A disk may hang; the key on the keyboard must not.
        var listing = Task.Run(static () => !FileVault.IsKeyAtHand ? [] : new TokenStore(new FileVault()).All()
            .Select(static token => (token.Host, (string[])[.. token.ScopesRequested])).ToArray());
        try
        {
            return listing.Wait(s_patience) ? listing.Result : [];
        }
        catch (AggregateException)
        {
            // There is more to offer than what this vault would.
            return [];
        }
    }

    private static bool IsSame(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
