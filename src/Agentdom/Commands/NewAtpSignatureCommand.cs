using System.Management.Automation;
using System.Security;

namespace Agentdom.Commands;

/// <summary>Signs the canonical form of a body, as an agent does.</summary>
[Cmdlet(VerbsCommon.New, "AtpSignature")]
[OutputType(typeof(AtpSignature))]
public sealed class NewAtpSignatureCommand : AtpCmdlet
{
    private SharedSecret? _secret;

    /// <summary>JSON text, a hashtable or an object. A signature member in it is left out.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public object Body { get; set; } = null!;

    /// <summary>The shared secret; else the environment's is used.</summary>
    [Parameter(Position = 1)]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        _secret ??= Session.FindSecret(Secret);
        var canonical = BodyReader.Canonical(Body);
        WriteObject(new AtpSignature(AtpSigner.Sign(canonical, _secret), canonical));
    }

    /// <inheritdoc/>
    protected override void Finish() => _secret?.Dispose();
}
