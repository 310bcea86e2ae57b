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
        foreach (var name in HostName ?? ["*"])
        {
            try
            {
                foreach (var host in Find(vault, name)) WriteObject(new AtpStoredSecret(host, vault.Name));
            }
            catch (AtpException e) when (HostName!.Length > 1 || e.Error == AtpError.SecretMissing)
            {
                Report(e, name);
            }
        }
    }

    private IReadOnlyList<string> Find(ITokenVault vault, string name)
    {
        var hosts = EntryName.IsSecret(name) ? null : new HostPattern(name);
        if (hosts is { Host: null })
            return [.. SecretEntry.Hosts(vault, e => WriteWarning(CmdletAdvice.For(e, this).Message)).Where(hosts.Fits)];
        // Not from the list: the names of some entries do not tell their host.
        return SecretEntry.Exists(vault, SecretEntry.NameOf(name)) ? [hosts?.Host?.Name ?? name] : throw SecretEntry.NotFound(vault, name);
    }
}
