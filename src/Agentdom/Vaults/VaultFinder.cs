using System.Management.Automation;

namespace Agentdom.Vaults;

/// <summary>
/// Selects the vault: the named one, else SecretManagement's default vault, else the module's own. If the module's own vault is
/// registered with SecretManagement, it is used directly.
/// </summary>
internal static class VaultFinder
{
    internal const string Variable = "AGENTDOM_VAULT";

    private const string OwnModule = "Agentdom";

    /// <summary>The vault that the environment names, or null.</summary>
    internal static string? NamedByEnvironment => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : null;

    /// <exception cref="AtpException"><see cref="AtpError.VaultNotFound"/>, or SecretManagement fails.</exception>
    internal static ITokenVault Open(string? named, CancellationToken cancel)
    {
        var wanted = string.IsNullOrEmpty(named) ? NamedByEnvironment : named;
        if (FileVault.VaultName.Equals(wanted, StringComparison.OrdinalIgnoreCase)) return new FileVault(cancel);

        var commands = SecretManagement.Find(cancel);
        if (string.IsNullOrEmpty(wanted))
            return commands?.FindDefaultVault() is { } standard ? Open(standard, commands) : new FileVault(cancel);
        if (commands is null)
            throw new AtpException(AtpError.VaultNotFound,
                $"The vault '{wanted}' cannot be found, because SecretManagement is not installed.",
                "Run Install-PSResource Microsoft.PowerShell.SecretManagement, or omit -Vault to use the module's own vault.");
        return commands.FindVault(wanted!) is { } vault ? Open(vault, commands) : throw NotFound(wanted!, commands);
    }

    private static ITokenVault Open(PSObject vault, SecretManagement commands) =>
        OwnModule.Equals(vault.Properties["ModuleName"].Value as string, StringComparison.OrdinalIgnoreCase)
            ? new FileVault(commands.Cancel)
            : new SecretManagementVault((string)vault.Properties["Name"].Value, commands, SecretStoreCache.Of(vault, commands),
                canReuseNames: SecretStoreCache.IsSecretStore(vault));

    private static AtpException NotFound(string wanted, SecretManagement commands)
    {
        var names = commands.VaultNames().Append(FileVault.VaultName).Distinct(StringComparer.OrdinalIgnoreCase);
        return new AtpException(AtpError.VaultNotFound,
            $"There is no vault named '{wanted}'."
                + (commands.WhyNoVaults is { } reason ? $" SecretManagement cannot register vaults here: {reason.TrimEnd('.')}." : ""),
            $"Use one of these with -Vault or {Variable}: {string.Join(", ", names)}. Register-SecretVault adds others.");
    }
}
