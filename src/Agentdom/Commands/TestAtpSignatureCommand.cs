using System.Management.Automation;
using System.Security;

namespace Agentdom.Commands;

/// <summary>Checks the signature of a request body in constant time.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AtpSignature")]
[OutputType(typeof(bool))]
public sealed class TestAtpSignatureCommand : AtpCmdlet
{
    /// <summary>The body: JSON text, a hashtable or an object. A member named <c>signature</c> is not signed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public object Body { get; set; } = null!;

    /// <summary>The signature, 64 hex digits in upper or lower case. For any other text the result is false.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [AllowEmptyString]
    public string Signature { get; set; } = null!;

    /// <summary>The shared secret. The default is the value of <c>AGENTDOM_ATP_SECRET</c>.</summary>
    [Parameter(Position = 2)]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        using var secret = Session.FindSecret(Secret);
        WriteObject(AtpSigner.Verify(BodyReader.Canonical(Body), Signature, secret));
    }
}
