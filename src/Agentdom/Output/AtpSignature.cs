namespace Agentdom;

/// <summary>The signature of a body. <see cref="ToString"/> returns the hex digits.</summary>
public sealed class AtpSignature
{
    internal AtpSignature(string signature, string canonicalBody)
    {
        Signature = signature;
        CanonicalBody = canonicalBody;
    }

    /// <summary>64 lowercase hex digits: HMAC-SHA256 over the canonical body.</summary>
    public string Signature { get; }

    /// <summary>The text that was signed: the canonical form (RFC 8785) of the body without its signature member.</summary>
    public string CanonicalBody { get; }

    /// <summary>The signature as hex digits.</summary>
    public override string ToString() => Signature;
}
