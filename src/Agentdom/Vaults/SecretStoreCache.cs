using System.Management.Automation;
using System.Reflection;
using System.Security;

namespace Agentdom.Vaults;

/// <summary>
/// SecretStore reads its file once a process and later rewrites it whole from memory, so a process that does not know of
/// another's write undoes it, also where a lock keeps the two apart; its file watcher takes seconds and misses changes
/// that follow a write of its own. Its public unlock call drops what it remembers before it looks at the password, and a
/// store without a password then reads its file again. One with a password would have to be unlocked anew, so there
/// nothing is done, and the README tells users.
/// </summary>
internal sealed class SecretStoreCache
{
    private const string Module = "Microsoft.PowerShell.SecretStore";

    private static bool? s_hasPassword;

    private readonly SecureString _anything = SecureText.Protect("x");

    private SecretStoreCache()
    {
    }

    /// <summary>The cache behind a registered vault, or null where the vault is not SecretStore or has a password.</summary>
    internal static SecretStoreCache? Of(PSObject vault, SecretManagement commands)
    {
        if (!Module.Equals(vault.Properties["ModuleName"].Value as string, StringComparison.OrdinalIgnoreCase)) return null;
        s_hasPassword ??= commands.Alone(() => HasPassword((string)vault.Properties["ModulePath"].Value));
        return s_hasPassword.Value ? null : new SecretStoreCache();
    }

    /// <summary>Makes the next call read the file.</summary>
    /// <returns>Whether there was something to forget.</returns>
    internal bool Forget()
    {
        // Where SecretStore is not loaded yet there is nothing to forget.
        var unlock = AppDomain.CurrentDomain.GetAssemblies()
            .FirstOrDefault(static a => a.GetName().Name == Module)
            ?.GetType("Microsoft.PowerShell.SecretStore.LocalSecretStore")
            ?.GetMethod("UnlockVault", BindingFlags.Public | BindingFlags.Static);
        unlock?.Invoke(null, [_anything, null]);
        return unlock is not null;
    }

    private static bool HasPassword(string modulePath)
    {
        // In a session without a host, so that a store that would ask fails instead.
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
