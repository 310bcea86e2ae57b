using System.Management.Automation;
using System.Security;

namespace Agentdom.Commands;

/// <summary>Creates a secret of 256 random bits for an agent and a provider to share.</summary>
[Cmdlet(VerbsCommon.New, "AtpSecret")]
[OutputType(typeof(SecureString), typeof(string))]
public sealed class NewAtpSecretCommand : AtpCmdlet
{
    /// <summary>Returns the secret as plain text, to give to the other side. It is masked in the log of a CI pipeline.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        var secret = SharedSecret.Generate();
        if (AsPlainText) WritePlainText(secret);
        else WriteObject(SecureText.Protect(secret));
    }
}
