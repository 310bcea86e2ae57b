using System.Text;

namespace Agentdom.Client;

/// <summary>
/// The master key of the module's own vault, from the first of: <c>AGENTDOM_VAULT_KEY</c>, which it is derived from; the
/// key file, where there is one already; the keychain of the operating system; a new key file, apart from the data, that
/// only its owner may read.
/// </summary>
internal static class VaultKey
{
    internal const string Variable = "AGENTDOM_VAULT_KEY";

    internal static string FilePath => Path.Combine(AgentdomHome.Keys, "vault.key");

    /// <summary>Whether there is a key that can be had without asking a keychain.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: the keychain's marker cannot be read.</exception>
    internal static bool IsAtHand => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))
        || File.Exists(FilePath)
        || (KeychainKey.IsMarked && KeychainKey.IsAtHand);

    /// <summary>32 bytes.</summary>
    /// <param name="createIfMissing">
    /// Whether a key is made where there is none. The caller then holds the vault's write lock, so that processes agree.
    /// </param>
    /// <returns>Null where there is no key yet and none was to be made.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: there is a key and it cannot be had.</exception>
    internal static byte[]? Find(bool createIfMissing)
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(text)) return FromText(text!);
        if (File.Exists(FilePath)) return FromFile();
        // Never past the marker: a second key would leave the first one's entries unreadable.
        if (KeychainKey.IsMarked) return KeychainKey.Read();
        if (!createIfMissing) return null;
        return KeychainKey.TryCreate() ?? NewFile();
    }

    /// <summary>What the user is told once, when a key was made: nothing of a keychain, which keeps it well.</summary>
    internal static string? NoticeOfNewKey(string dataFolder) => !File.Exists(FilePath) ? null :
        $"The vault's key was put into {FilePath}, which only this user can read. " +
        $"Back it up apart from {dataFolder}, or set {Variable} to keep no key on this disk.";

    private static byte[] FromText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < SharedSecret.MinimumBytes)
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"{Variable} holds {bytes.Length} bytes and needs at least {SharedSecret.MinimumBytes}.",
                "Make one with 'openssl rand -base64 32', or unset it to use the key file.");
        return Hmac.DeriveKey(bytes, "agentdom/vault/key/v1");
    }

    private static byte[] NewFile()
    {
        AtomicFile.CreateIfMissing(FilePath, RandomBytes.Make(32));
        return FromFile();
    }

    private static byte[] FromFile()
    {
        byte[] key;
        try
        {
            key = File.ReadAllBytes(FilePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultKeyInvalid, $"The vault's key file {FilePath} cannot be read: {e.Message}",
                $"Run as the user who owns it, or set {Variable}.", e);
        }
        if (key.Length == 32) return key;
        throw new AtpException(AtpError.VaultKeyInvalid,
            $"The vault's key file {FilePath} has {key.Length} bytes and should have 32.",
            "Restore it from a backup, or remove it and the vault's folder and request the tokens anew.");
    }
}
