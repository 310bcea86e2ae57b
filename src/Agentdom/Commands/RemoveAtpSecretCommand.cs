using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Removes the secret shared with a host from the vault.</summary>
[Cmdlet(VerbsCommon.Remove, "AtpSecret", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveAtpSecretCommand : VaultCmdlet
{
    /// <summary>The host that the secret was stored for.</summary>
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
        var host = AtpHost.Parse(HostName);
        if (!ShouldProcess(host.Name, "Remove shared secret")) return;
        var vault = OpenVault();
        if (!SecretEntry.Remove(vault, host))
            throw new AtpException(AtpError.SecretMissing, $"The vault '{vault.Name}' contains no secret for {host}.",
                "Check the host's name and port, and the vault. Get-AtpSecret lists the hosts that have a secret.");
    }
}
