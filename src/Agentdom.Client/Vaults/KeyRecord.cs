namespace Agentdom.Client;

/// <summary>
/// Which key a vault's entries are encrypted with: the id of the key and where it was kept. It is in a file beside the entries, so
/// that another key is noticed before anything is read or written with it. It contains no part of the key.
/// </summary>
internal sealed class KeyRecord
{
    private const string FileName = "key-id.json";

    private readonly string _folder;
    private readonly string _id;
    private readonly VaultKeySource _source;

    private KeyRecord(string folder, string id, VaultKeySource source)
    {
        _folder = folder;
        _id = id;
        _source = source;
    }

    /// <summary>The record of a vault, or null if there is none that can be read. Then the entries tell whether a key fits.</summary>
    internal static KeyRecord? Read(string folder)
    {
        try
        {
            var path = Path.Combine(folder, FileName);
            if (!File.Exists(path)) return null;
            var members = StrictJson.ParseObject(AtomicFile.Read(path));
            return members.Text("id") is { } id && Enum.TryParse<VaultKeySource>(members.Text("source"), out var source)
                ? new KeyRecord(folder, id, source)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonFormatException)
        {
            return null;
        }
    }

    /// <summary>Records the key of a vault. The caller holds the vault's write lock.</summary>
    internal static void Write(string folder, VaultKey key)
    {
        if (Read(folder)?.IsOf(key) == true) return;
        AtomicFile.Write(Path.Combine(folder, FileName), CanonicalJson.Utf8FromValue(
            new Dictionary<string, object?> { ["id"] = key.Id, ["source"] = key.Source.ToString() }));
    }

    /// <summary>Throws if the vault's entries are encrypted with another key.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/></exception>
    internal void Require(VaultKey key)
    {
        if (IsOf(key)) return;
        throw new AtpException(AtpError.VaultKeyInvalid,
            $"The vault {_folder} is encrypted with the key {Short(_id)} from {VaultKey.PlaceOf(_source)}, "
            + $"and the key that was found is {Short(key.Id)} from {VaultKey.PlaceOf(key.Source)}.",
            $"{Remedy(key.Source)} To use the new key, remove the vault's folder and request the tokens again.");
    }

    /// <summary>The error for a vault whose key was not found at all.</summary>
    internal AtpException Missing() => new(AtpError.VaultKeyInvalid,
        $"The vault {_folder} is encrypted with the key {Short(_id)} from {VaultKey.PlaceOf(_source)}, and no key was found.",
        $"{Restore} Otherwise remove the vault's folder and request the tokens again.");

    private bool IsOf(VaultKey key) => key.Id == _id;

    // A source that comes before the wanted one hides it.
    private string Remedy(VaultKeySource found) => found >= _source ? Restore
        : found == VaultKeySource.Variable ? $"Unset {VaultKey.Variable}."
        : $"Move the key file {VaultKey.FilePath} away.";

    private string Restore => _source switch
    {
        VaultKeySource.Variable => $"Set {VaultKey.Variable} to its previous value.",
        VaultKeySource.File => $"Restore {VaultKey.FilePath} from a backup.",
        _ => "Run in a session of the same user with an unlocked keychain.",
    };

    private static string Short(string id) => id.Length > 8 ? id.Substring(0, 8) : id;
}
