using System.Management.Automation;
using System.Security;

namespace Agentdom.Commands;

/// <summary>Signs the canonical form (RFC 8785) of a request body, as an agent does.</summary>
[Cmdlet(VerbsCommon.New, "AtpSignature")]
[OutputType(typeof(AtpSignature))]
public sealed class NewAtpSignatureCommand : AtpCmdlet
{
    private BodySigner? _signer;

    /// <summary>The body: JSON text, a hashtable or an object. A member named <c>signature</c> is not signed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public object Body { get; set; } = null!;

    /// <summary>The shared secret. The default is the value of <c>AGENTDOM_ATP_SECRET</c>.</summary>
    [Parameter(Position = 1)]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        _signer ??= NewSigner();
        var canonical = BodyReader.Canonical(Body);
        WriteObject(new AtpSignature(_signer.Sign(canonical), canonical));
    }

    /// <inheritdoc/>
    private protected override void Release() => _signer?.Dispose();

    private BodySigner NewSigner()
    {
        using var secret = Session.FindSecret(Secret);
        return new BodySigner(secret);
    }
}
