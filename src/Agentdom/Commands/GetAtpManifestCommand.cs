using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Gets the scopes and endpoints that a host advertises. It always contacts the host and never uses a cached manifest.</summary>
[Cmdlet(VerbsCommon.Get, "AtpManifest")]
[OutputType(typeof(AtpManifest))]
public sealed class GetAtpManifestCommand : AtpCmdlet
{
    /// <summary>The host, such as <c>api.example.com</c> or <c>localhost:5001</c>, without a path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>Other hosts that the manifest's endpoints and audience may name. The host itself is always allowed.</summary>
    [Parameter]
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <summary>The time limit for each host, in seconds (1 to 3600), including retries and waits.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <summary>The address of the proxy to use in place of this machine's, such as <c>http://proxy.example.com:3128</c>.</summary>
    [Parameter]
    public Uri? Proxy { get; set; }

    /// <summary>The user name and password for the proxy.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var host = AtpHost.Parse(HostName);
        var client = Session.ClientVia(Proxy, ProxyCredential);
        WriteObject(new AtpManifest(Await(TimeoutSec,
            deadline => client.GetManifestAsync(host, TrustedEndpointHost, deadline, fresh: true))));
    }
}
