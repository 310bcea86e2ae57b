using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Agentdom.Client;

/// <summary>
/// Agentdom's own vault, with one encrypted file per entry. Files are written atomically, so that several processes can use the
/// vault at once. It needs no password. File names are hashes and reveal nothing.
/// </summary>
internal sealed class FileVault : ITokenVault
{
    /// <summary>The vault's name, also in SecretManagement.</summary>
    public const string VaultName = "Agentdom";

    private const string Suffix = ".secret";
    private const string LockFile = "vault.lock";

    private static readonly TimeSpan s_writeWait = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, bool> s_cleaned = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly CancellationToken _cancel;
    private readonly bool _keepsKey;
    private VaultKey? _key;

    /// <summary>Opens the vault in <see cref="AgentdomHome.Data"/>. The folder need not exist yet.</summary>
    public FileVault() : this(AgentdomHome.Data)
    {
    }

    /// <summary>
    /// Opens the vault in <see cref="AgentdomHome.Data"/> for one task, such as a cmdlet. What is read is decrypted with the key that
    /// is found first, as long as it fits.
    /// </summary>
    /// <param name="cancel">Cancels the wait for other writers.</param>
    public FileVault(CancellationToken cancel) : this(AgentdomHome.Data, cancel) => _keepsKey = true;

    internal FileVault(string folder, CancellationToken cancel = default)
    {
        _folder = folder;
        _cancel = cancel;
    }

    /// <summary>Whether entries can be read without a keychain that may prompt the user.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: the keychain's marker cannot be read.</exception>
    public static bool IsKeyAtHand => VaultKey.IsAtHand;

    /// <inheritdoc/>
    public string Name => VaultName;

    /// <inheritdoc/>
    public string? EnsureWritable() => Writing(() =>
    {
        var isNewKey = FindExistingKey() is null;
        _ = KeyForWriting();
        var probe = Path.Combine(_folder, "probe" + AtomicFile.TemporarySuffix);
        AtomicFile.OpenOrCreate(probe).Dispose();
        File.Delete(probe);
        return isNewKey ? VaultKey.NoticeOfNewKey(_folder) : null;
    });

    /// <inheritdoc/>
    public string? Read(string name) => ReadEntry(name)?.Text;

    /// <inheritdoc/>
    public void Write(string name, string text) => WriteEntry(OfText(name, text));

    /// <inheritdoc/>
    public IReadOnlyList<AtpException?> WriteAll(IReadOnlyList<(string Name, string Text)> entries)
    {
        var failures = new AtpException?[entries.Count];
        try
        {
            Writing(() =>
            {
                var key = KeyForWriting();
                var faults = AtomicFile.WriteAll([.. entries.Select(entry => Sealed(OfText(entry.Name, entry.Text), key))]);
                for (var i = 0; i < failures.Length; i++)
                {
                    if (faults[i] is { } fault) failures[i] = Unwritable(fault);
                    else NameIndex.Of(_folder).Add(PathOf(entries[i].Name), entries[i].Name);
                }
                return true;
            });
        }
        catch (AtpException e)
        {
            // None was written.
            for (var i = 0; i < failures.Length; i++) failures[i] = e;
        }
        return failures;
    }

    /// <inheritdoc/>
    public bool Remove(string name) => Writing(() =>
    {
        var path = PathOf(name);
        if (!File.Exists(path)) return false;
        AtomicFile.Delete(path);
        return true;
    });

    /// <inheritdoc/>
    public IEnumerable<ListedEntry> List(string prefix, Action<AtpException> onUnreadable) =>
        Entries(prefix, onUnreadable).Select(static entry => new ListedEntry(entry.Name, () => entry.Text));

    /// <summary>The entry with a name, or null.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    public VaultEntry? ReadEntry(string name)
    {
        CleanOnce();
        if (_key is not { } kept) return ReadFile(PathOf(name), KeyForReading);
        try
        {
            return ReadFile(PathOf(name), () => kept);
        }
        catch (AtpException e) when (e.Error == AtpError.VaultEntryDamaged)
        {
            // Perhaps the vault has another key by now.
            return ReadFile(PathOf(name), KeyForReading);
        }
    }

    /// <summary>Stores an entry and replaces the one with the same name, if any.</summary>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    /// <exception cref="JsonFormatException">The value or the metadata has no JSON form.</exception>
    public void WriteEntry(VaultEntry entry) => Writing(() => Put(entry));

    /// <summary>Changes an entry in one step, under the write lock.</summary>
    /// <returns>False if there is no entry with that name.</returns>
    /// <exception cref="AtpException">The vault cannot be read or written.</exception>
    public bool ChangeEntry(string name, Func<VaultEntry, VaultEntry> change) =>
        Writing(() => ReadFile(PathOf(name), () => FindKey(isLocked: true)) is { } entry && Put(change(entry)));

    /// <summary>All entries, in no particular order.</summary>
    /// <param name="onUnreadable">Called for each entry that cannot be read. The others are still listed.</param>
    /// <exception cref="AtpException">The vault cannot be read.</exception>
    public IReadOnlyList<VaultEntry> ListEntries(Action<AtpException> onUnreadable) => [.. Entries("", onUnreadable)];

    // Lazily, so that a caller need not hold thousands of secrets in memory.
    private IEnumerable<VaultEntry> Entries(string prefix, Action<AtpException> onUnreadable)
    {
        CleanOnce();
        var names = NameIndex.Of(_folder);
        VaultKey? key = null;
        // A list of all entries of a kind always reads the folder.
        if (EntryName.IsPrefixOfTokens(prefix) && Reading(_folder, names.Files.Unchanged) is { } known)
        {
            var isFound = false;
            var unreadable = new List<AtpException>();
            foreach (var entry in EntriesIn(known, names, Key, prefix, unreadable.Add))
            {
                isFound = true;
                yield return entry;
            }
            if (isFound)
            {
                unreadable.ForEach(onUnreadable);
                yield break;
            }
        }
        var files = Reading(_folder, () => names.Files.Read(EntryFiles));
        foreach (var entry in EntriesIn(files, names, Key, prefix, onUnreadable)) yield return entry;

        VaultKey Key() => key ??= Reading(_folder, KeyForReading);
    }

    private IEnumerable<VaultEntry> EntriesIn(
        string[] files, NameIndex names, Func<VaultKey> findKey, string prefix, Action<AtpException> onUnreadable)
    {
        if (files.Length == 0) yield break;
        var key = findKey();
        names.Prepare(files, key, PathOf);
        var folded = NameIndex.Fold(prefix);
        foreach (var file in files.Where(file => names.MayBegin(file, folded)))
        {
            VaultEntry? entry = null;
            try
            {
                entry = ReadFile(file, () => key);
            }
            catch (AtpException e) when (e.Error is AtpError.VaultEntryDamaged or AtpError.VaultUnreadable)
            {
                // One file is damaged, or belongs to another user. The others can be read.
                onUnreadable(e);
            }
            // Another process has removed the entry meanwhile.
            if (entry is null) continue;
            names.Add(file, entry.Name);
            // The index does not know which letters are upper-case.
            if (entry.Name.StartsWith(prefix, StringComparison.Ordinal)) yield return entry;
        }
        if (names.TakeWorthSaving()) IfFree(() => names.Save(key));
    }

    private static VaultEntry OfText(string name, string text) => new() { Name = name, Type = VaultEntry.TextType, Value = text };

    // The caller holds the write lock.
    private bool Put(VaultEntry entry)
    {
        var (path, content) = Sealed(entry, KeyForWriting());
        AtomicFile.Write(path, content);
        NameIndex.Of(_folder).Add(path, entry.Name);
        return true;
    }

    private (string Path, byte[] Content) Sealed(VaultEntry entry, VaultKey key)
    {
        var path = PathOf(entry.Name);
        return (path, SealedBox.Seal(key.Bytes, entry.ToJson(), Path.GetFileName(path)));
    }

    private string PathOf(string name) => Path.Combine(_folder, Sha256.OfText(NameIndex.Fold(name)) + Suffix);

    private string[] EntryFiles() => Reading(_folder, () =>
    {
        if (!AtomicFile.FolderExists(_folder)) return [];
        var files = Directory.GetFiles(_folder, "*" + Suffix);
        // The folder is at fault, and not each entry, if it may be listed but not entered.
        if (files.Length > 0) AtomicFile.Exists(files[0]);
        return files;
    });

    // A new key would make existing entries unreadable, so none is created while there are entries. Without entries any key is
    // right. The caller holds the write lock.
    private VaultKey KeyForWriting()
    {
        if (HasEntries()) return FindKey(isLocked: true);
        var key = VaultKey.Find(createIfMissing: true)!;
        KeyRecord.Write(_folder, key);
        return key;
    }

    /// <summary>The key that the vault's entries are encrypted with.</summary>
    /// <param name="isLocked">Whether the caller holds the write lock.</param>
    private VaultKey FindKey(bool isLocked = false)
    {
        var record = KeyRecord.Read(_folder);
        var key = FindExistingKey() ?? throw record?.Missing() ?? new AtpException(AtpError.VaultKeyInvalid,
            $"The vault has entries but no key: {VaultKey.Variable} is not set and there is no key file {VaultKey.FilePath}.",
            $"Set {VaultKey.Variable} as before or restore the file, or remove the vault's folder and request the tokens again.");
        if (record is not null) record.Require(key);
        else RecordIfItOpensAnEntry(key, isLocked);
        return key;
    }

    private VaultKey KeyForReading()
    {
        var key = FindKey();
        if (_keepsKey) _key = key;
        return key;
    }

    private VaultKey? FindExistingKey()
    {
        try
        {
            return VaultKey.Find(createIfMissing: false);
        }
        catch (AtpException e) when (e.Subject == VaultKey.Variable && HasEntries())
        {
            // A new key would not open them.
            throw new AtpException(
                e.Error, e.Happened, $"Set {VaultKey.Variable} as before, or unset it to use the key file or the keychain.");
        }
    }

    private bool HasEntries() => Directory.EnumerateFiles(_folder, "*" + Suffix).Any();

    // A vault that an earlier version wrote has no record.
    private void RecordIfItOpensAnEntry(VaultKey key, bool isLocked)
    {
        if (!EntryFiles().Any(path => Opens(key, path)))
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"No entry of the vault {_folder} can be decrypted with the key from {VaultKey.PlaceOf(key.Source)}.",
                $"Use the key that they were written with: {VaultKey.Variable}, the key file {VaultKey.FilePath} or the keychain. "
                + "Otherwise remove the vault's folder and request the tokens again.");
        if (isLocked) KeyRecord.Write(_folder, key);
        else IfFree(() => KeyRecord.Write(_folder, key));
    }

    private static bool Opens(VaultKey key, string path)
    {
        try
        {
            return ReadFile(path, () => key) is not null;
        }
        catch (AtpException)
        {
            return false;
        }
    }

    private static VaultEntry? ReadFile(string path, Func<VaultKey> findKey) => Reading(path, () =>
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

    private static T Reading<T>(string path, Func<T> work)
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

    // Only one writer at a time. So a temporary file that the lock's holder finds is from a process that died.
    private T Writing<T>(Func<T> work)
    {
        try
        {
            using var writer = CrossProcessLock.TryAcquire(Path.Combine(_folder, LockFile), s_writeWait, _cancel)
                ?? throw new AtpException(AtpError.VaultUnwritable,
                    $"Another process has been writing to the vault for {s_writeWait.TotalSeconds:0} seconds.",
                    "Try again. If this persists, look for a process that hangs.");
            if (s_cleaned.TryAdd(_folder, true)) DeleteTemporaryFiles();
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(e);
        }
        finally
        {
            NameIndex.Of(_folder).Files.Forget();
        }
    }

    private AtpException Unwritable(Exception e) => new(
        AtpError.VaultUnwritable, $"The vault cannot be written: {e.Message}", WriteAdvice.For(e, _folder), e);

    // Removes temporary files of processes that were killed during a write.
    private void CleanOnce()
    {
        if (s_cleaned.ContainsKey(_folder) || !Directory.Exists(_folder)) return;
        IfFree(() =>
        {
            if (s_cleaned.TryAdd(_folder, true)) DeleteTemporaryFiles();
        });
    }

    // What can be done another time. A vault that cannot be written can still be read.
    private void IfFree(Action work)
    {
        try
        {
            using var writer = CrossProcessLock.TryAcquire(Path.Combine(_folder, LockFile), TimeSpan.Zero, CancellationToken.None);
            if (writer is not null) work();
        }
        catch (Exception e) when (e is AtpException { Error: not AtpError.VaultInsecure } or IOException or UnauthorizedAccessException)
        {
        }
    }

    private void DeleteTemporaryFiles()
    {
        foreach (var path in Directory.GetFiles(_folder, "*" + AtomicFile.TemporarySuffix)) AtomicFile.Discard(path);
    }
}
