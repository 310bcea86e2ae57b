namespace Agentdom.Client;

/// <summary>The shared secret of a host in a vault.</summary>
internal static class SecretEntry
{
    /// <summary>The secret, or null if there is none.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    internal static string? Read(ITokenVault vault, AtpHost host)
    {
        var name = EntryName.OfSecret(host.Name);
        try
        {
            return vault.Read(name) is { } stored ? VaultText.Decode(stored) : null;
        }
        catch (JsonFormatException e)
        {
            throw new AtpException(AtpError.VaultEntryDamaged,
                $"The secret for {host} in the vault '{vault.Name}' (entry {name}) is damaged. {e.Message}",
                "Store the secret again.", e) { Subject = host.Name };
        }
    }

    /// <summary>The hosts that have a secret in a vault, sorted. If an entry's name does not tell its host, it is the name.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="onUnreadable">Called for each entry that cannot be read.</param>
    /// <exception cref="AtpException">The vault cannot be read.</exception>
    internal static IReadOnlyList<string> Hosts(ITokenVault vault, Action<AtpException> onUnreadable) =>
        [.. vault.List(EntryName.SecretPrefix, onUnreadable)
            .Where(name => EntryName.IsSecret(name) && IsThere(vault, name, onUnreadable))
            .Select(static name => EntryName.HostOfSecret(name) ?? name)
            .OrderBy(static host => host, StringComparer.Ordinal)];

    // Some vaults keep the names of removed entries.
    private static bool IsThere(ITokenVault vault, string name, Action<AtpException> onUnreadable)
    {
        try
        {
            return vault.Read(name) is { } stored && VaultText.Line(stored) != VaultText.Removed;
        }
        catch (AtpException e) when (TokenStore.IsOfOneEntry(e))
        {
            onUnreadable(e);
            return false;
        }
    }

    /// <summary>Stores a secret and replaces the host's earlier one, if any.</summary>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    /// <exception cref="JsonFormatException">The secret contains a lone surrogate.</exception>
    internal static void Write(ITokenVault vault, AtpHost host, string secret) =>
        vault.Write(EntryName.OfSecret(host.Name), VaultText.Encode(secret));

    /// <returns>False if there was none.</returns>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    internal static bool Remove(ITokenVault vault, AtpHost host) => vault.Remove(EntryName.OfSecret(host.Name));
}
