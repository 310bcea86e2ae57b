namespace Agentdom.Client;

/// <summary>Finds the key that the entries in a vault's folder are encrypted with.</summary>
/// <param name="folder">The folder.</param>
/// <param name="files">The entries' files.</param>
/// <param name="writeLock">The folder's lock.</param>
internal sealed class VaultKeyFinder(string folder, EntryFiles files, VaultWriteLock writeLock)
{
    /// <summary>The key to write with. One is created if there is none and the vault has no entries. The caller holds the write lock.</summary>
    /// <exception cref="AtpException">There is no key that fits, or it cannot be used.</exception>
    internal VaultKey ForWriting()
    {
        // A new key would make existing entries unreadable. Without entries any key is right.
        if (files.Any()) return Find(isLocked: true);
        var key = VaultKey.Find(createIfMissing: true)!;
        KeyRecord.Write(folder, key);
        return key;
    }

    /// <summary>The key that the vault's entries are encrypted with.</summary>
    /// <param name="isLocked">Whether the caller holds the write lock.</param>
    /// <exception cref="AtpException">There is no key that fits, or it cannot be used.</exception>
    internal VaultKey Find(bool isLocked = false)
    {
        var record = KeyRecord.Read(folder);
        var key = FindExisting() ?? throw record?.Missing() ?? new AtpException(AtpError.VaultKeyInvalid,
            $"The vault has entries but no key: {VaultKey.Variable} is not set and there is no key file {VaultKey.FilePath}.",
            $"Set {VaultKey.Variable} as before or restore the file, or remove the vault's folder and request the tokens again.");
        if (record is not null) record.Require(key);
        else RecordIfItOpensAnEntry(key, isLocked);
        return key;
    }

    /// <summary>The key that is there, whether it fits or not, or null.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: there is a key, but it cannot be used.</exception>
    internal VaultKey? FindExisting()
    {
        try
        {
            return VaultKey.Find(createIfMissing: false);
        }
        catch (AtpException e) when (e.Subject == VaultKey.Variable && files.Any())
        {
            // A new key would not open them.
            throw new AtpException(
                e.Error, e.Happened, $"Set {VaultKey.Variable} as before, or unset it to use the key file or the keychain.");
        }
    }

    // A vault that an earlier version wrote has no record.
    private void RecordIfItOpensAnEntry(VaultKey key, bool isLocked)
    {
        if (!files.List().Any(path => Opens(key, path)))
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"No entry of the vault {folder} can be decrypted with the key from {VaultKey.PlaceOf(key.Source)}.",
                $"Use the key that they were written with: {VaultKey.Variable}, the key file {VaultKey.FilePath} or the keychain. "
                + "Otherwise remove the vault's folder and request the tokens again.");
        if (isLocked) KeyRecord.Write(folder, key);
        else writeLock.IfFree(() => KeyRecord.Write(folder, key));
    }

    private static bool Opens(VaultKey key, string path)
    {
        try
        {
            return EntryFiles.Read(path, () => key) is not null;
        }
        catch (AtpException)
        {
            return false;
        }
    }
}
