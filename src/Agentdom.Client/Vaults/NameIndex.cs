using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Agentdom.Client;

/// <summary>
/// The names of the entries in Agentdom's own vault, in lower case, so that entries with other names need not be decrypted. They are
/// kept in this process, and for the next one in an encrypted file beside the entries. The name of an entry's file is the hash of the
/// entry's name. So a name in the index is never wrong: it can only be missing, or be the name of a removed entry.
/// </summary>
internal sealed class NameIndex
{
    internal const string FileName = "names.index";

    private const int FormatVersion = 1;

    // Below this, reading the entries is cheap enough.
    private const int FewNames = 32;

    private static readonly ConcurrentDictionary<string, NameIndex> s_ofFolders = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);
    private bool _isLoaded;

    // By how many names the file differs.
    private int _changes;

    private NameIndex(string folder)
    {
        _folder = folder;
        Files = new FolderListing(folder);
    }

    /// <summary>The paths of all entries' files.</summary>
    internal FolderListing Files { get; }

    private string IndexPath => Path.Combine(_folder, FileName);

    /// <summary>The index of a vault, which this process shares.</summary>
    internal static NameIndex Of(string folder) => s_ofFolders.GetOrAdd(folder, static f => new NameIndex(f));

    /// <summary>The name of an entry as the vault compares it.</summary>
    internal static string Fold(string name) => name.ToLowerInvariant();

    /// <summary>Adds the name of an entry that was read or written.</summary>
    /// <param name="file">The path of its file.</param>
    /// <param name="name">The name.</param>
    internal void Add(string file, string name)
    {
        if (_names.TryAdd(file, Fold(name))) Interlocked.Increment(ref _changes);
    }

    /// <summary>Reads the index's file, once in this process and only if names are missing, and forgets removed entries.</summary>
    /// <param name="files">The paths of all entries' files.</param>
    /// <param name="key">The vault's key.</param>
    /// <param name="pathOf">The path of the file of the entry with a name.</param>
    internal void Prepare(IReadOnlyCollection<string> files, VaultKey key, Func<string, string> pathOf)
    {
        if (!_isLoaded && files.Any(file => !_names.ContainsKey(file)))
        {
            _isLoaded = true;
            foreach (var name in Load(key))
            {
                if (!_names.TryAdd(pathOf(name), name)) Interlocked.Decrement(ref _changes);
            }
        }
        if (_names.Count <= files.Count) return;
        var left = new HashSet<string>(files, StringComparer.Ordinal);
        foreach (var file in _names.Keys.Where(file => !left.Contains(file)))
        {
            if (_names.TryRemove(file, out _)) Interlocked.Increment(ref _changes);
        }
    }

    /// <summary>Whether the name of the entry in a file may begin with a prefix. True if the name is not known.</summary>
    internal bool MayBegin(string file, string foldedPrefix) =>
        !_names.TryGetValue(file, out var name) || name.StartsWith(foldedPrefix, StringComparison.Ordinal);

    /// <summary>Whether the index's file differs by so many names that it should be written. Asked again, it is false at first.</summary>
    internal bool TakeWorthSaving()
    {
        if (_changes < Math.Max(FewNames, _names.Count / FewNames)) return false;
        _changes = 0;
        return true;
    }

    /// <summary>Writes the index's file. The caller holds the vault's write lock.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Save(VaultKey key)
    {
        var index = new Dictionary<string, object?> { ["v"] = FormatVersion, ["names"] = _names.Values.ToList() };
        AtomicFile.Write(IndexPath, SealedBox.Seal(key.Bytes, CanonicalJson.Utf8FromValue(index), FileName));
    }

    // An index that is missing, damaged, of another version or encrypted with another key is made again from the entries.
    private IEnumerable<string> Load(VaultKey key)
    {
        try
        {
            if (!File.Exists(IndexPath)) return [];
            var json = StrictJson.ParseObject(SealedBox.Open(key.Bytes, AtomicFile.Read(IndexPath), FileName));
            return json.Integer("v") == FormatVersion ? json.Texts("names") ?? [] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or JsonFormatException)
        {
            return [];
        }
    }
}
