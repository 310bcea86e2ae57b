namespace Agentdom.Issuer;

/// <summary>
/// Stores for each agent which tokens it manages with an API key (protocol.md §10). A state that is to serve the published AgentDOM
/// client implements it beside <see cref="IIssuerState"/>. Implementations must be thread-safe.
/// </summary>
/// <remarks>
/// Every method throws <see cref="IssuerStateException"/> if the store is unavailable or full. A set may be removed once it has expired.
/// If the clock was ahead and was set back, its tokens would be valid again and nothing would name them. So an implementation that
/// removes a set remembers up to which expiry it has removed sets, and <see cref="IIssuerState.IsRevokedAsync"/> returns true for every
/// token that expires by then.
/// </remarks>
public interface IManagedTokenStore
{
    /// <summary>Finds the set of an agent.</summary>
    /// <param name="agentId">The agent's id. Ids are compared ordinally.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>The set that was stored last, or null if there is none.</returns>
    ValueTask<ManagedTokenSet?> FindAsync(string agentId, CancellationToken cancel);

    /// <summary>Replaces the set of an agent if it still is what the caller has read, in one atomic step.</summary>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="version">The version of the set that is to be replaced, or null if there must be none.</param>
    /// <param name="replacement">The new set, or null to remove the old one.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>False if there is another set, or none, so nothing was changed.</returns>
    ValueTask<bool> TryReplaceAsync(string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel);
}
