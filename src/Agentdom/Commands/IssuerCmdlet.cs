using System.Management.Automation;

namespace Agentdom;

/// <summary>The base of cmdlets that use a vault and send requests to issuers.</summary>
public abstract class IssuerCmdlet : VaultCmdlet
{
    /// <summary>The address of the proxy to use in place of this machine's, such as <c>http://proxy.example.com:3128</c>.</summary>
    [Parameter]
    public Uri? Proxy { get; set; }

    /// <summary>The user name and password for the proxy.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    private protected virtual AtpClient Network => Session.ClientVia(Proxy, ProxyCredential);
}
