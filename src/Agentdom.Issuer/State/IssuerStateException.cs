namespace Agentdom.Issuer;

/// <summary>The issuer's memory is out of reach or full. No token is minted and none is called good while that lasts.</summary>
public sealed class IssuerStateException : Exception
{
    /// <summary>Makes the exception.</summary>
    public IssuerStateException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
