using System.Text;

namespace Agentdom.Client;

/// <summary>
/// The master key of Agentdom's own vault. It comes from the first of: <c>AGENTDOM_VAULT_KEY</c>, from which it is derived; an
/// existing key file; the operating system's keychain; a new key file, separate from the data, that only its owner can read.
/// </summary>
internal sealed class VaultKey
{
    internal const string Variable = "AGENTDOM_VAULT_KEY";

    private VaultKey(byte[] bytes, VaultKeySource source)
    {
        Bytes = bytes;
        Source = source;
    }

    internal static string FilePath => Path.Combine(AgentdomHome.Keys, "vault.key");

    /// <summary>Whether the key is available without a keychain that may prompt the user.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: the keychain's marker cannot be read.</exception>
    internal static bool IsAtHand => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))
        || File.Exists(FilePath)
        || (KeychainKey.IsMarked && KeychainKey.IsAtHand);

    /// <summary>32 bytes.</summary>
    internal byte[] Bytes { get; }

    /// <summary>Where the key was found.</summary>
    internal VaultKeySource Source { get; }

    /// <summary>32 hex digits that tell keys apart and reveal nothing about the key.</summary>
    internal string Id => Hex.Encode(Hmac.DeriveKey(Bytes, "agentdom/vault/key-id/v1")).Substring(0, 32);

    /// <summary>The place where a key is kept, for messages.</summary>
    internal static string PlaceOf(VaultKeySource source) => source switch
    {
        VaultKeySource.Variable => Variable,
        VaultKeySource.File => $"the key file {FilePath}",
        _ => "this system's keychain",
    };

    /// <summary>Finds the key.</summary>
    /// <param name="createIfMissing">
    /// Whether to create a key if there is none. The caller must then hold the vault's write lock, so that all processes use the
    /// same key.
    /// </param>
    /// <returns>Null if there is no key and none was created.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: there is a key, but it cannot be used.</exception>
    internal static VaultKey? Find(bool createIfMissing)
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(text)) return new VaultKey(FromText(text!), VaultKeySource.Variable);
        if (IsInFile()) return FromFile();
        // If there is a marker, no new key is created: it would make existing entries unreadable.
        if (KeychainKey.IsMarked) return FromKeychain(KeychainKey.Read());
        if (!createIfMissing) return null;
        return KeychainKey.TryCreate() is { } key ? FromKeychain(key) : NewFile();
    }

    /// <summary>
    /// The notice for the user after a key file was created. A key in the keychain needs none, nor does a file that the user chose.
    /// </summary>
    internal static string? NoticeOfNewKey(string dataFolder) => KeychainKey.IsOff || !File.Exists(FilePath) ? null :
        $"The vault's key was stored in {FilePath}, which only this user can read. " +
        $"Back it up separately from {dataFolder}, or set {Variable} to keep no key on this disk.";

    private static byte[] FromText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < SharedSecret.MinimumBytes)
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"{Variable} has {bytes.Length} bytes and needs at least {SharedSecret.MinimumBytes}.",
                "Make one with 'openssl rand -base64 32', or unset it to use the key file.") { Subject = Variable };
        return Hmac.DeriveKey(bytes, "agentdom/vault/key/v1");
    }

    // Another key would be used, or created, if a file that may not be seen counted as missing.
    private static bool IsInFile()
    {
        try
        {
            return AtomicFile.Exists(FilePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }
    }

    private static AtpException Unreadable(Exception e) => new(AtpError.VaultKeyInvalid,
        $"The vault's key file {FilePath} cannot be read: {e.Message}", $"Run as the user who owns it, or set {Variable}.", e);

    private static VaultKey FromKeychain(byte[] key) => new(key, VaultKeySource.Keychain);

    private static VaultKey NewFile()
    {
        AtomicFile.CreateIfMissing(FilePath, RandomBytes.Make(32));
        return FromFile();
    }

    private static VaultKey FromFile()
    {
        byte[] key;
        try
        {
            key = AtomicFile.Read(FilePath, PrivatePath.CheckKeyFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }
        if (key.Length == 32) return new VaultKey(key, VaultKeySource.File);
        throw new AtpException(AtpError.VaultKeyInvalid,
            $"The vault's key file {FilePath} has {key.Length} bytes and should have 32.",
            "Restore it from a backup, or remove it and the vault's folder and request the tokens again.");
    }
}
