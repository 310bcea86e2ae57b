namespace Agentdom.Client;

/// <summary>A program that could not be started or did not finish in time. Its exit code is no matter of this.</summary>
internal sealed class ProcessFailedException(string message, bool isMissing, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the program could not be started.</summary>
    internal bool IsMissing => isMissing;
}
