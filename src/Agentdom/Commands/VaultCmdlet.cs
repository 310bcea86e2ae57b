using System.Management.Automation;
using Agentdom.Completion;
using Agentdom.Vaults;

namespace Agentdom;

/// <summary>The base of cmdlets that use stored tokens or secrets.</summary>
public abstract class VaultCmdlet : AtpCmdlet
{
    private ITokenVault? _vault;
    private string? _vaultName;

    /// <summary>
    /// The vault. If null, the one that AGENTDOM_VAULT names is used, else SecretManagement's default vault, else the module's own.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public virtual string? Vault { get; set; }

    /// <summary>
    /// The tokens in the vault, of one agent or, if null, of any. An entry that cannot be read during a listing causes a warning by
    /// default.
    /// </summary>
    private protected TokenStore OpenStore(string? agentId, Action<AtpException>? onUnreadable = null) =>
        new(OpenVault(), onUnreadable ?? (e => WriteWarning(CmdletAdvice.For(e, this).Message))) { AgentId = agentId };

    private protected ITokenVault OpenVault()
    {
        // The pipeline may name another vault for each input.
        if (_vault is null || _vaultName != Vault) (_vault, _vaultName) = (VaultFinder.Open(Vault, StopToken), Vault);
        return _vault;
    }

    private protected SharedSecret FindSecret(AtpHost host, System.Security.SecureString? given = null) =>
        Session.FindSecret(given, host, OpenVault);

    /// <summary>Warns if a renewed token is more than was asked for.</summary>
    private protected void WarnOfExcess(StoredToken renewed)
    {
        if (GrantExcess.Of(renewed) is { } excess) WriteWarning(excess.Description);
    }

    /// <summary>Checks that the vault can be written, and shows its notice, if any.</summary>
    private protected void EnsureWritable(ITokenVault vault)
    {
        if (vault.EnsureWritable() is { } notice) WriteWarning(notice);
    }
}
