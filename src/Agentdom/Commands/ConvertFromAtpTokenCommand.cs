using System.Management.Automation;
using System.Security;

namespace Agentdom.Commands;

/// <summary>Decodes a JWT, and verifies it if a secret is specified.</summary>
[Cmdlet(VerbsData.ConvertFrom, "AtpToken")]
[OutputType(typeof(AtpTokenClaims))]
public sealed class ConvertFromAtpTokenCommand : AtpCmdlet
{
    /// <summary>The token to decode.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("AccessToken")]
    [NoPlainText]
    public SecureString Token { get; set; } = null!;

    /// <summary>The shared secret that the issuer signs its tokens with. If null, nothing is verified.</summary>
    [Parameter]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        var token = SecureText.Reveal(Token);
        if (Secret is null)
        {
            WriteObject(new AtpTokenClaims(TokenInspector.Look(token)));
            return;
        }
        using var secret = SecureText.ToSecret(Secret);
        WriteObject(new AtpTokenClaims(TokenInspector.Verify(token, secret)));
    }
}
