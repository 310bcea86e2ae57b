namespace Agentdom.Issuer;

/// <summary>Thrown if the issuer's state is unavailable or full. Until that is fixed, no token is issued or accepted.</summary>
public sealed class IssuerStateException : Exception
{
    /// <summary>Creates the exception.</summary>
    public IssuerStateException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
