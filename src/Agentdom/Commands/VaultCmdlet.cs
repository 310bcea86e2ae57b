using System.Management.Automation;
using Agentdom.Completion;
using Agentdom.Vaults;

namespace Agentdom;

/// <summary>What cmdlets share that work on stored tokens or secrets.</summary>
public abstract class VaultCmdlet : AtpCmdlet
{
    private ITokenVault? _vault;
    private string? _vaultName;

    /// <summary>
    /// The vault; else the one that AGENTDOM_VAULT names, else SecretManagement's default vault, else the module's own.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>The tokens in the vault; of an entry that cannot be read while others are listed the user is warned.</summary>
    private protected TokenStore OpenStore(Action<AtpException>? onUnreadable = null) =>
        new(OpenVault(), onUnreadable ?? (e => WriteWarning(e.Message)));

    private protected ITokenVault OpenVault()
    {
        // The pipeline may name another vault for each input.
        if (_vault is null || _vaultName != Vault) (_vault, _vaultName) = (VaultFinder.Open(Vault, StopToken), Vault);
        return _vault;
    }

    private protected SharedSecret FindSecret(AtpHost host, System.Security.SecureString? given = null) =>
        Session.FindSecret(given, host, OpenVault);

    /// <summary>Finds out whether the vault can be written, and passes on what it has to say.</summary>
    private protected void EnsureWritable(ITokenVault vault)
    {
        if (vault.EnsureWritable() is { } notice) WriteWarning(notice);
    }
}
