using System.Management.Automation;
using Agentdom.Core;
using Agentdom.Core.Client;
using Agentdom.Core.Signing;
using Agentdom.Core.Vaults;
using Agentdom.Vaults;

namespace Agentdom;

/// <summary>What cmdlets share that work on stored tokens or secrets.</summary>
public abstract class VaultCmdlet : AtpCmdlet
{
    private ITokenVault? _vault;

    /// <summary>
    /// The vault; else the one that AGENTDOM_VAULT names, else SecretManagement's default vault, else the module's own.
    /// </summary>
    [Parameter]
    public string? Vault { get; set; }

    private protected TokenStore Store => new(OpenVault());

    private protected ITokenVault OpenVault() => _vault ??= VaultFinder.Open(Vault, StopToken);

    private protected SharedSecret FindSecret(AtpHost host, System.Security.SecureString? given = null) =>
        Session.FindSecret(given, host, OpenVault);

    /// <summary>Finds out whether the vault can be written, and passes on what it has to say.</summary>
    private protected void EnsureWritable(ITokenVault vault)
    {
        if (vault.EnsureWritable() is { } notice) WriteWarning(notice);
    }
}
