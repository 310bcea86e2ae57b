using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Agentdom.Loading;

/// <summary>
/// Imports Agentdom.Extension.psm1, the module that SecretManagement calls for a vault, in the session that SecretManagement 1.1
/// and later create for vaults. As a nested module in the manifest, it would take a sixth of the time of every import.
/// </summary>
internal static class VaultExtension
{
    private const string Caller = "Microsoft.PowerShell.SecretManagement";

    /// <summary>Imports it, if the current session is SecretManagement's own.</summary>
    /// <param name="session">The current session.</param>
    /// <param name="folder">The folder of the module.</param>
    internal static void ImportFor(Runspace? session, string folder)
    {
        if (session?.InitialSessionState?.Modules is not { } modules) return;
        // SecretManagement's own session was created with it. In a user's session it is imported later.
        foreach (var module in modules)
        {
            if (Path.GetFileNameWithoutExtension(module.Name) == Caller) Import(folder);
        }
    }

    // Without its functions, which are called by the module's name and would hide other commands.
    private static void Import(string folder)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.Core\\Import-Module")
            .AddParameter("Name", Path.Combine(folder, "Agentdom.Extension", "Agentdom.Extension.psm1"))
            .AddParameter("Function", Array.Empty<string>())
            .Invoke();
    }
}
