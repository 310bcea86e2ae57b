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

    /// <summary>Whether no proxy is used, also not this machine's.</summary>
    private protected virtual bool UsesNoProxy => false;

    // Not virtual: reflection would load the type, so that no cmdlet could be created without the libraries.
    private protected AtpClient Network => UsesNoProxy ? Session.DirectClient : Session.ClientVia(Proxy, ProxyCredential);
}
