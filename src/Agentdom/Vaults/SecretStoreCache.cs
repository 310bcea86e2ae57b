using System.Management.Automation;
using System.Reflection;
using System.Security;

namespace Agentdom.Vaults;

/// <summary>
/// Clears SecretStore's cache. SecretStore reads its file once per process and later rewrites it as a whole from memory. Even
/// with a lock, it therefore undoes writes of other processes that it has not seen. Its file watcher takes seconds and misses
/// changes that follow a write of its own. Its public unlock method clears the cache before it checks the password, and a store
/// without a password then reads its file again. A store with a password would have to be unlocked again, so its cache is not
/// cleared. about_Agentdom_Vaults mentions this.
/// </summary>
internal sealed class SecretStoreCache
{
    private const string Module = "Microsoft.PowerShell.SecretStore";

    private static bool? s_hasPassword;

    private readonly SecureString _anything = SecureText.Protect("x");

    private SecretStoreCache()
    {
    }

    /// <summary>The cache of a registered vault, or null if the vault is not SecretStore or has a password.</summary>
    internal static SecretStoreCache? Of(PSObject vault, SecretManagement commands)
    {
        if (!IsSecretStore(vault)) return null;
        s_hasPassword ??= commands.Alone(() => HasPassword((string)vault.Properties["ModulePath"].Value));
        return s_hasPassword.Value ? null : new SecretStoreCache();
    }

    /// <summary>Whether a registered vault is SecretStore.</summary>
    internal static bool IsSecretStore(PSObject vault) =>
        Module.Equals(vault.Properties["ModuleName"].Value as string, StringComparison.OrdinalIgnoreCase);

    /// <summary>Makes the next call read the file.</summary>
    /// <returns>Whether SecretStore was loaded.</returns>
    internal bool Forget()
    {
        // If SecretStore is not loaded yet, there is no cache.
        var unlock = AppDomain.CurrentDomain.GetAssemblies()
            .FirstOrDefault(static a => a.GetName().Name == Module)
            ?.GetType("Microsoft.PowerShell.SecretStore.LocalSecretStore")
            ?.GetMethod("UnlockVault", BindingFlags.Public | BindingFlags.Static);
        unlock?.Invoke(null, [_anything, null]);
        return unlock is not null;
    }

    private static bool HasPassword(string modulePath)
    {
        // In a session without a host, so that a store that needs a password fails and does not prompt.
        using var shell = PowerShell.Create(RunspaceMode.NewRunspace);
        shell.AddCommand("Import-Module").AddParameter("Name", modulePath)
            .AddStatement().AddCommand($"{Module}\\Get-SecretStoreConfiguration");
        try
        {
            var authentication = shell.Invoke().LastOrDefault()?.Properties["Authentication"]?.Value?.ToString();
            return shell.HadErrors || authentication != "None";
        }
        catch (RuntimeException)
        {
            return true;
        }
    }
}
