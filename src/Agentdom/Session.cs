using System.Security;
using Agentdom.Core;
using Agentdom.Core.Client;
using Agentdom.Core.Signing;
using Agentdom.Core.Vaults;

namespace Agentdom;

/// <summary>What the cmdlets of this process share, and where they find secret and vault.</summary>
internal static class Session
{
    internal const string SecretVariable = "AGENTDOM_ATP_SECRET";

    private static readonly Lazy<AtpClient> s_client = new();

    internal static AtpClient Client => s_client.Value;

    /// <summary>The shared secret: the one given, else the environment's.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SecretMissing"/></exception>
    internal static SharedSecret FindSecret(SecureString? given)
    {
        if (given is { Length: > 0 }) return SecureText.ToSecret(given);
        var fromVariable = Environment.GetEnvironmentVariable(SecretVariable);
        if (!string.IsNullOrEmpty(fromVariable)) return SharedSecret.FromText(fromVariable!);
        throw new AtpException(AtpError.SecretMissing, "There is no shared secret to sign with.",
            $"Give the one the provider has with -Secret, or set the environment variable {SecretVariable}.");
    }

    /// <summary>The tokens of a vault.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultNotFound"/></exception>
    internal static TokenStore OpenStore(string? vault)
    {
        var own = new FileVault();
        if (string.IsNullOrEmpty(vault) || own.Name.Equals(vault, StringComparison.OrdinalIgnoreCase)) return new TokenStore(own);
        throw new AtpException(AtpError.VaultNotFound, $"There is no vault named '{vault}' here.",
            $"Leave -Vault out to use the module's own vault, '{own.Name}'.");
    }
}
