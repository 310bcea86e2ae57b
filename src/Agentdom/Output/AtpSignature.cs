using System.Text;

namespace Agentdom;

/// <summary>The signature of a body. <see cref="ToString"/> returns the hex digits.</summary>
public sealed class AtpSignature
{
    // As bytes, which take half of the memory: many signatures are often kept, and the garbage collector moves each several times.
    private readonly byte[] _signature;
    private readonly byte[] _canonicalBody;

    internal AtpSignature(byte[] signature, byte[] canonicalBody)
    {
        _signature = signature;
        _canonicalBody = canonicalBody;
    }

    /// <summary>64 lowercase hex digits: HMAC-SHA256 over the canonical body.</summary>
    public string Signature => Hex.Encode(_signature);

    /// <summary>The text that was signed: the canonical form (RFC 8785) of the body without its signature member.</summary>
    public string CanonicalBody => Encoding.UTF8.GetString(_canonicalBody);

    /// <summary>The signature as hex digits.</summary>
    public override string ToString() => Signature;
}
