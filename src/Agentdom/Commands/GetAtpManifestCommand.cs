using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Asks a host what it takes; always the host itself, never what was kept from before.</summary>
[Cmdlet(VerbsCommon.Get, "AtpManifest")]
[OutputType(typeof(AtpManifest))]
public sealed class GetAtpManifestCommand : AtpCmdlet
{
    /// <summary>The host, such as api.example.com or localhost:5001.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>Host names beside the host's own that its endpoints may lie on.</summary>
    [Parameter]
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <summary>The seconds that all of it may take, retries and waits included.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var host = AtpHost.Parse(HostName);
        WriteObject(new AtpManifest(Await(TimeoutSec,
            deadline => Session.Client.GetManifestAsync(host, TrustedEndpointHost, deadline, fresh: true))));
    }
}
