using System.Security.Cryptography;
using System.Text;
using Agentdom.Core.Json;
using Agentdom.Core.Signing;

namespace Agentdom.Core.Vaults;

/// <summary>
/// The module's own vault: one encrypted file an entry, written whole or not at all, so that any number of processes can
/// use it at once and none needs a password. File names are hashes, so they tell nothing.
/// </summary>
public sealed class FileVault : ITokenVault
{
    private const string Suffix = ".secret";
    private readonly string _folder;

    /// <summary>Opens the vault in <see cref="AgentdomHome.Data"/>, which need not exist yet.</summary>
    public FileVault() : this(AgentdomHome.Data)
    {
    }

    internal FileVault(string folder) => _folder = folder;

    /// <inheritdoc/>
    public string Name => "Agentdom";

    /// <inheritdoc/>
    public string? EnsureWritable() => Writing(() =>
    {
        var isNewKey = VaultKey.Find(createIfMissing: false) is null;
        if (isNewKey) _ = VaultKey.Find(createIfMissing: true);
        AtomicFile.CreateDirectory(_folder);
        var probe = Path.Combine(_folder, $"{Guid.NewGuid():N}{AtomicFile.TemporarySuffix}");
        File.WriteAllBytes(probe, []);
        File.Delete(probe);
        return isNewKey
            ? $"The vault's key was put into {VaultKey.FilePath}, which only this user can read. " +
              $"Back it up apart from {_folder}, or set {VaultKey.Variable} to keep no key on this disk."
            : null;
    });

    /// <inheritdoc/>
    public string? Read(string name) => ReadFile(PathOf(name)) is { } entry && entry.Text("name") == name
        ? entry.Text("text")
        : null;

    /// <inheritdoc/>
    public void Write(string name, string text) => Writing(() =>
    {
        var entry = new Dictionary<string, object?> { ["name"] = name, ["text"] = text };
        var plaintext = Encoding.UTF8.GetBytes(CanonicalJson.FromValue(entry));
        AtomicFile.CreateDirectory(_folder);
        var path = PathOf(name);
        AtomicFile.Write(path, SealedBox.Seal(VaultKey.Find(createIfMissing: true)!, plaintext, Path.GetFileName(path)));
        return true;
    });

    /// <inheritdoc/>
    public bool Remove(string name) => Writing(() =>
    {
        var path = PathOf(name);
        if (!File.Exists(path)) return false;
        File.Delete(path);
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string prefix)
    {
        var names = new List<string>();
        foreach (var path in Reading(_folder, () =>
            Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*" + Suffix) : []))
        {
            // Null where another process took the entry away meanwhile.
            if (ReadFile(path)?.Text("name") is { } name && name.StartsWith(prefix, StringComparison.Ordinal)) names.Add(name);
        }
        return names;
    }

    private string PathOf(string name) => Path.Combine(_folder, Sha256.OfText(name) + Suffix);

    private static JsonObject? ReadFile(string path) => Reading(path, () =>
    {
        if (!File.Exists(path)) return null;
        var key = VaultKey.Find(createIfMissing: false) ?? throw new AtpException(AtpError.VaultKeyInvalid,
            $"The vault has entries but its key file {VaultKey.FilePath} is gone.",
            $"Restore the file, set {VaultKey.Variable} as it was, or remove the vault's folder and request the tokens anew.");
        try
        {
            return StrictJson.ParseObject(SealedBox.Open(key, File.ReadAllBytes(path), Path.GetFileName(path)));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is CryptographicException or JsonFormatException)
        {
            throw new AtpException(AtpError.VaultEntryDamaged,
                $"The vault entry {path} cannot be decrypted: it was changed, or written under another key.",
                $"Set {VaultKey.Variable} as it was when the entry was written, or remove the file and request the token anew.", e);
        }
    });

    private static T Reading<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultUnreadable, $"The vault cannot be read: {e.Message}",
                $"Let this user read {path}, or move the vault with {AgentdomHome.Variable}.", e);
        }
    }

    private T Writing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultUnwritable, $"The vault cannot be written: {e.Message}",
                $"Let this user write to {_folder}, or move the vault with {AgentdomHome.Variable}, or do without with -NoPersist.", e);
        }
    }
}
