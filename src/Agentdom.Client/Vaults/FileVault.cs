namespace Agentdom.Client;

/// <summary>
/// Agentdom's own vault, with one encrypted file per entry. Files are written atomically, so that several processes can use the
/// vault at once. It needs no password.
/// </summary>
internal sealed class FileVault : ITokenVault
{
    /// <summary>The vault's name, also in SecretManagement.</summary>
    public const string VaultName = "Agentdom";

    private readonly string _folder;
    private readonly EntryFiles _files;
    private readonly VaultWriteLock _writeLock;
    private readonly VaultKeyFinder _keys;
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
        _files = new EntryFiles(folder);
        _writeLock = new VaultWriteLock(folder, cancel);
        _keys = new VaultKeyFinder(folder, _files, _writeLock);
    }

    /// <summary>Whether entries can be read without a keychain that may prompt the user.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: the keychain's marker cannot be read.</exception>
    public static bool IsKeyAtHand => VaultKey.IsAtHand;

    /// <inheritdoc/>
    public string Name => VaultName;

    /// <inheritdoc/>
    public string? EnsureWritable() => Writing(() =>
    {
        var isNewKey = _keys.FindExisting() is null;
        _ = _keys.ForWriting();
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
                var key = _keys.ForWriting();
                var faults = AtomicFile.WriteAll([.. entries.Select(entry => _files.Seal(OfText(entry.Name, entry.Text), key))]);
                for (var i = 0; i < failures.Length; i++)
                {
                    if (faults[i] is { } fault) failures[i] = _writeLock.Unwritable(fault);
                    else NameIndex.Of(_folder).Add(_files.PathOf(entries[i].Name), entries[i].Name);
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
        var path = _files.PathOf(name);
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
        _writeLock.CleanOnce();
        if (_key is not { } kept) return EntryFiles.Read(_files.PathOf(name), KeyForReading);
        try
        {
            return EntryFiles.Read(_files.PathOf(name), () => kept);
        }
        catch (AtpException e) when (e.Error == AtpError.VaultEntryDamaged)
        {
            // Perhaps the vault has another key by now.
            return EntryFiles.Read(_files.PathOf(name), KeyForReading);
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
        Writing(() => EntryFiles.Read(_files.PathOf(name), () => _keys.Find(isLocked: true)) is { } entry && Put(change(entry)));

    /// <summary>All entries, in no particular order.</summary>
    /// <param name="onUnreadable">Called for each entry that cannot be read. The others are still listed.</param>
    /// <exception cref="AtpException">The vault cannot be read.</exception>
    public IReadOnlyList<VaultEntry> ListEntries(Action<AtpException> onUnreadable) => [.. Entries("", onUnreadable)];

    // Lazily, so that a caller need not hold thousands of secrets in memory.
    private IEnumerable<VaultEntry> Entries(string prefix, Action<AtpException> onUnreadable)
    {
        _writeLock.CleanOnce();
        var names = NameIndex.Of(_folder);
        VaultKey? key = null;
        // A list of all entries of a kind always reads the folder.
        if (EntryName.IsPrefixOfTokens(prefix) && EntryFiles.Reading(_folder, names.Files.Unchanged) is { } known)
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
        var files = EntryFiles.Reading(_folder, () => names.Files.Read(_files.List));
        foreach (var entry in EntriesIn(files, names, Key, prefix, onUnreadable)) yield return entry;

        VaultKey Key() => key ??= EntryFiles.Reading(_folder, KeyForReading);
    }

    private IEnumerable<VaultEntry> EntriesIn(
        string[] files, NameIndex names, Func<VaultKey> findKey, string prefix, Action<AtpException> onUnreadable)
    {
        if (files.Length == 0) yield break;
        var key = findKey();
        names.Prepare(files, key, _files.PathOf);
        var folded = NameIndex.Fold(prefix);
        foreach (var file in files.Where(file => names.MayBegin(file, folded)))
        {
            VaultEntry? entry = null;
            try
            {
                entry = EntryFiles.Read(file, () => key);
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
        if (names.TakeWorthSaving()) _writeLock.IfFree(() => names.Save(key));
    }

    private static VaultEntry OfText(string name, string text) => new() { Name = name, Type = VaultEntry.TextType, Value = text };

    // The caller holds the write lock.
    private bool Put(VaultEntry entry)
    {
        var (path, content) = _files.Seal(entry, _keys.ForWriting());
        AtomicFile.Write(path, content);
        NameIndex.Of(_folder).Add(path, entry.Name);
        return true;
    }

    private T Writing<T>(Func<T> work)
    {
        try
        {
            return _writeLock.Hold(work);
        }
        finally
        {
            NameIndex.Of(_folder).Files.Forget();
        }
    }

    private VaultKey KeyForReading()
    {
        var key = _keys.Find();
        if (_keepsKey) _key = key;
        return key;
    }
}
