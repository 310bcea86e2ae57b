namespace Agentdom.Issuer;

/// <summary>A directory whose answers may be some seconds old.</summary>
internal interface IFreshDirectory
{
    /// <summary>
    /// Finds an agent as it is now, or was within the last second. It can cost a query, so it is for callers with a valid signature.
    /// </summary>
    /// <exception cref="IssuerStateException">The directory is unavailable.</exception>
    ValueTask<RegisteredAgent?> FindAfreshAsync(string agentId, CancellationToken cancel);
}
