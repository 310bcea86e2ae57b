using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Removes the secret shared with a host from the vault.</summary>
[Cmdlet(VerbsCommon.Remove, "AtpSecret", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveAtpSecretCommand : VaultCmdlet
{
    /// <summary>The host that the secret was stored for, or the name of the entry where Get-AtpSecret shows that.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        if (HostName.IndexOfAny(['*', '?']) >= 0)
            throw new AtpException(AtpError.HostInvalid, $"'{Printable.Excerpt(HostName)}' is a wildcard, and one host is expected.",
                "Use Get-AtpSecret with the wildcard, check what it lists, and pipe that to Remove-AtpSecret.");
        var name = SecretEntry.NameOf(HostName);
        if (!ShouldProcess(name == HostName ? name : AtpHost.Parse(HostName).Name, "Remove shared secret")) return;
        var vault = OpenVault();
        if (!vault.Remove(name)) throw SecretEntry.NotFound(vault, HostName);
    }
}
