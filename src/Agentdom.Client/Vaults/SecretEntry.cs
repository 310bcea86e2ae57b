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
            .Where(entry => EntryName.IsSecret(entry.Name) && IsReadable(entry, onUnreadable))
            .Select(static entry => EntryName.HostOfSecret(entry.Name) ?? entry.Name)
            .OrderBy(static host => host, StringComparer.Ordinal)];

    /// <summary>The name of the entry that a person means by a host, or by the entry's name itself.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/></exception>
    internal static string NameOf(string hostOrName) =>
        EntryName.IsSecret(hostOrName) ? hostOrName : EntryName.OfSecret(AtpHost.Parse(hostOrName).Name);

    /// <summary>Whether there is an entry.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    internal static bool Exists(ITokenVault vault, string name) =>
        IsThere(vault.Read(name));

    /// <summary>The error for a host, or an entry's name, without a secret in a vault.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="hostOrName">The host or the name.</param>
    internal static AtpException NotFound(ITokenVault vault, string hostOrName)
    {
        var host = EntryName.IsSecret(hostOrName) ? null : AtpHost.Parse(hostOrName);
        var happened = $"The vault '{vault.Name}' contains no secret for {host?.Name ?? hostOrName}.";
        return OtherScheme.Find(AtpError.SecretMissing, host, happened, other => Exists(vault, EntryName.OfSecret(other.Name)))
            ?? new(AtpError.SecretMissing, happened, "Check the host's name and port, and the vault.")
            {
                SubjectEntry = (NameOf(hostOrName), vault.Name),
            };
    }

    // Some vaults keep the names of removed entries.
    private static bool IsThere(string? stored) => stored is not null && VaultText.Line(stored) != VaultText.Removed;

    private static bool IsReadable(ListedEntry entry, Action<AtpException> onUnreadable)
    {
        try
        {
            return IsThere(entry.Read());
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
}
