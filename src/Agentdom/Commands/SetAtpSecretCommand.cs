using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Keeps the secret shared with a host in the vault, where requests and renewals find it.</summary>
[Cmdlet(VerbsCommon.Set, "AtpSecret", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class SetAtpSecretCommand : VaultCmdlet
{
    /// <summary>The host, such as api.example.com or localhost:5001.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>The secret.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [NoPlainText]
    [ValidateNotNull]
    public SecureString Secret { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var host = AtpHost.Parse(HostName);
        if (Secret.Length == 0)
            throw new AtpException(AtpError.SecretMissing, $"The secret for {host} is empty, and what is kept was not touched.",
                $"Give the one the provider has, or take the kept one away with Remove-AtpSecret {host}.");
        if (!ShouldProcess(host.Name, "Keep shared secret")) return;
        var vault = OpenVault();
        EnsureWritable(vault);
        vault.Write(EntryName.OfSecret(host.Name), SecureText.Reveal(Secret));
    }
}
