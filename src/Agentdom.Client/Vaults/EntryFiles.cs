using System.Security.Cryptography;

namespace Agentdom.Client;

/// <summary>The files of the entries in Agentdom's own vault. They are encrypted, and their names are hashes that reveal nothing.</summary>
internal sealed class EntryFiles(string folder)
{
    private const string Suffix = ".secret";

    /// <summary>The path of the file of the entry with a name.</summary>
    internal string PathOf(string name) => Path.Combine(folder, Sha256.OfText(NameIndex.Fold(name)) + Suffix);

    /// <summary>Whether there are entries. The folder must exist.</summary>
    internal bool Any() => Directory.EnumerateFiles(folder, "*" + Suffix).Any();

    /// <summary>The paths of all entries' files. Empty if the folder does not exist.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnreadable"/></exception>
    internal string[] List() => Reading(folder, () =>
    {
        if (!AtomicFile.FolderExists(folder)) return [];
        var files = Directory.GetFiles(folder, "*" + Suffix);
        // The folder is at fault, and not each entry, if it may be listed but not entered.
        if (files.Length > 0) AtomicFile.Exists(files[0]);
        return files;
    });

    /// <summary>Encrypts an entry. Returns the path and the content of its file.</summary>
    /// <exception cref="JsonFormatException">The value or the metadata has no JSON form.</exception>
    internal (string Path, byte[] Content) Seal(VaultEntry entry, VaultKey key)
    {
        var path = PathOf(entry.Name);
        return (path, SealedBox.Seal(key.Bytes, entry.ToJson(), Path.GetFileName(path)));
    }

    /// <summary>Reads an entry, or returns null if there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="findKey">Finds the vault's key. It is called only if there is such a file.</param>
    /// <exception cref="AtpException">It cannot be read or decrypted.</exception>
    internal static VaultEntry? Read(string path, Func<VaultKey> findKey) => Reading(path, () =>
    {
        if (!AtomicFile.Exists(path)) return null;
        var key = findKey();
        try
        {
            return VaultEntry.FromJson(SealedBox.Open(key.Bytes, AtomicFile.Read(path), Path.GetFileName(path)));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new AtpException(AtpError.VaultUnreadable, $"The vault entry {path} cannot be read: {e.Message}",
                "Let this user read it; it was probably written as root. Or remove it and request the token again.", e);
        }
        catch (Exception e) when (e is CryptographicException or JsonFormatException)
        {
            throw new AtpException(AtpError.VaultEntryDamaged,
                $"The vault entry {path} cannot be decrypted: it was changed, or comes from a vault with another key.",
                "Remove the file and request the token again.", e);
        }
    });

    /// <summary>Runs work that reads the vault. If it fails, the error's advice names this path.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnreadable"/></exception>
    internal static T Reading<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultUnreadable, $"The vault cannot be read: {e.Message}",
                $"{(e is UnauthorizedAccessException ? "Let this user read" : "Check")} {path}, or move the vault with "
                + $"{AgentdomHome.Variable}.", e);
        }
    }
}
