namespace Agentdom.Protocol;

/// <summary>Thrown if JSON is malformed or has no canonical form. Reading JSON throws no other exception.</summary>
public sealed class JsonFormatException : FormatException
{
    /// <summary>Creates the exception. The message must not repeat string values of the JSON.</summary>
    internal JsonFormatException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
