using System.Security.Cryptography;
using System.Text;
using Agentdom.Core.Signing;

namespace Agentdom.Core.Vaults;

/// <summary>
/// The master key of the module's own vault: derived from <c>AGENTDOM_VAULT_KEY</c> where that is set, else kept in a
/// file that only its owner may read, apart from the data.
/// </summary>
internal static class VaultKey
{
    internal const string Variable = "AGENTDOM_VAULT_KEY";

    internal static string FilePath => Path.Combine(AgentdomHome.Keys, "vault.key");

    /// <summary>32 bytes.</summary>
    /// <param name="createIfMissing">Whether a key file is made where there is none.</param>
    /// <returns>Null where there is no key yet and none was to be made.</returns>
    internal static byte[]? Find(bool createIfMissing)
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(text)) return FromText(text!);
        if (!File.Exists(FilePath))
        {
            if (!createIfMissing) return null;
            var fresh = new byte[32];
            using (var random = RandomNumberGenerator.Create()) random.GetBytes(fresh);
            AtomicFile.CreateIfMissing(FilePath, fresh);
        }
        return FromFile();
    }

    /// <summary>What the user is told once, when a key was made.</summary>
    internal static string NoticeOfNewKey(string dataFolder) =>
        $"The vault's key was put into {FilePath}, which only this user can read. " +
        $"Back it up apart from {dataFolder}, or set {Variable} to keep no key on this disk.";

    private static byte[] FromText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < SharedSecret.MinimumBytes)
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"{Variable} holds {bytes.Length} bytes and needs at least {SharedSecret.MinimumBytes}.",
                "Make a good one with New-AtpSecret or 'openssl rand -base64 32', or unset it to use the key file.");
        return Hmac.DeriveKey(bytes, "agentdom/vault/key/v1");
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
