using System.Management.Automation;
using System.Security;

namespace Agentdom.Commands;

/// <summary>Checks a body's signature in constant time.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AtpSignature")]
[OutputType(typeof(bool))]
public sealed class TestAtpSignatureCommand : AtpCmdlet
{
    /// <summary>JSON text, a hashtable or an object. A signature member in it is left out.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public object Body { get; set; } = null!;

    /// <summary>64 hex digits of either case; anything else is a wrong signature.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [AllowEmptyString]
    public string Signature { get; set; } = null!;

    /// <summary>The shared secret; else the environment's is used.</summary>
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
