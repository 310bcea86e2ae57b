using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Lists the hosts that have a shared secret in the vault. It never returns a secret.</summary>
[Cmdlet(VerbsCommon.Get, "AtpSecret")]
[OutputType(typeof(AtpStoredSecret))]
public sealed class GetAtpSecretCommand : VaultCmdlet
{
    /// <summary>The hosts, or wildcards such as <c>*.example.com</c>. If null, all hosts are listed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? HostName { get; set; }

    /// <inheritdoc/>
    protected override object? Target => HostName is { Length: 1 } ? HostName[0] : HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var vault = OpenVault();
        var stored = SecretEntry.Hosts(vault, e => WriteWarning(CmdletAdvice.For(e, this).Message));
        foreach (var name in HostName ?? ["*"])
        {
            var hosts = new HostPattern(name);
            var found = stored.Where(hosts.Fits).ToList();
            foreach (var host in found) WriteObject(new AtpStoredSecret(host, vault.Name));
            if (found.Count == 0 && hosts.Host is { } missing) Report(NoneFor(missing, vault), name);
        }
    }

    private static AtpException NoneFor(AtpHost host, ITokenVault vault) => new(AtpError.SecretMissing,
        $"The vault '{vault.Name}' contains no secret for {host}.",
        "Set-AtpSecret stores one. Get-AtpSecret lists the hosts that have one.");
}
