namespace Agentdom.Protocol;

/// <summary>Thrown where JSON is malformed or has no canonical form. The only exception that reading JSON throws.</summary>
public sealed class JsonFormatException : FormatException
{
    /// <summary>Makes the exception with a reason that repeats nothing of the JSON's string values.</summary>
    internal JsonFormatException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
