using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Stores the secret shared with a host in the vault, for requests and renewals.</summary>
[Cmdlet(VerbsCommon.Set, "AtpSecret", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class SetAtpSecretCommand : VaultCmdlet
{
    /// <summary>The host, such as <c>api.example.com</c> or <c>localhost:5001</c>, without a path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>The secret. It must not be empty.</summary>
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
            throw new AtpException(AtpError.SecretMissing, $"The secret for {host} is empty. The stored secret was not changed.",
                $"Specify the secret that the provider has, or remove the stored one with Remove-AtpSecret {host}.");
        if (!ShouldProcess(host.Name, "Store shared secret")) return;
        var vault = OpenVault();
        EnsureWritable(vault);
        using var secret = SecureText.ToSecret(Secret);
        SecretEntry.Write(vault, host, secret.Reveal());
        if (secret.Length < SharedSecret.MinimumBytes)
            WriteWarning($"The secret that was stored for {host} is shorter than {SharedSecret.MinimumBytes} bytes, which issuers refuse. "
                + "Check that it is complete. New-AtpSecret generates one.");
    }
}
