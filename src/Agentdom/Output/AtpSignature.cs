namespace Agentdom;

/// <summary>The signature of a body. As text it is the hex.</summary>
public sealed class AtpSignature
{
    internal AtpSignature(string signature, string canonicalBody)
    {
        Signature = signature;
        CanonicalBody = canonicalBody;
    }

    /// <summary>64 lower-case hex digits: HMAC-SHA256 over the canonical body.</summary>
    public string Signature { get; }

    /// <summary>What was signed: the body's canonical form (RFC 8785) without its signature member.</summary>
    public string CanonicalBody { get; }

    /// <summary>The hex.</summary>
    public override string ToString() => Signature;
}
