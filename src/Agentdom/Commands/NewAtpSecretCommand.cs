using System.Management.Automation;
using System.Security;

namespace Agentdom.Commands;

/// <summary>Makes a secret of 256 random bits for an agent and a provider to share.</summary>
[Cmdlet(VerbsCommon.New, "AtpSecret")]
[OutputType(typeof(SecureString), typeof(string))]
public sealed class NewAtpSecretCommand : AtpCmdlet
{
    /// <summary>Gives it as plain text, to hand to the other side. A pipeline's log masks it.</summary>
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
