namespace Agentdom.Fleet.Agents;

/// <summary>How an agent gets its token and calls the API.</summary>
internal interface IAgentClient
{
    /// <summary>Calls the API, with a new token if it is due.</summary>
    /// <returns>The status that the agent saw in the end.</returns>
    /// <exception cref="AtpException">There is no token.</exception>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    /// <exception cref="OperationCanceledException">There was no answer in time.</exception>
    Task<int> CallAsync(CancellationToken cancel);

    /// <summary>The current token, or null if there is none.</summary>
    Task<string?> TokenAsync(CancellationToken cancel);

    /// <summary>Revokes a token.</summary>
    /// <exception cref="AtpException">The issuer did not confirm.</exception>
    Task RevokeAsync(string token, CancellationToken cancel);
}
