namespace Agentdom.Client;

/// <summary>Thrown if a program could not be started or did not finish in time, whatever its exit code.</summary>
internal sealed class ProcessFailedException(string message, bool isMissing, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the program could not be started.</summary>
    internal bool IsMissing => isMissing;
}
