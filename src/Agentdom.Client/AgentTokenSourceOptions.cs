namespace Agentdom.Client;

/// <summary>How an <see cref="AgentTokenSource"/> requests its tokens, and where they may be sent.</summary>
public sealed class AgentTokenSourceOptions
{
    /// <summary>What the tokens are for, as shown in the issuer's audit log; 0 to 1,024 characters.</summary>
    public string Purpose { get; set; } = "";

    /// <summary>The agent's id, 1 to 256 characters, or null for <see cref="Client.AgentId.Current"/>.</summary>
    public string? AgentId { get; set; }

    /// <summary>
    /// The secret shared with the host. If it is null or empty, the secret comes from Agentdom's own vault, else from the environment
    /// variable <c>AGENTDOM_ATP_SECRET</c>, if <c>AGENTDOM_ATP_HOSTS</c> names the host or is not set.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>
    /// Looks up the secret at each renewal, for example in a cloud vault. It replaces <see cref="Secret"/>. Null or empty
    /// counts as no secret. It is called from any thread, one call at a time.
    /// </summary>
    public Func<CancellationToken, Task<string?>>? GetSecret { get; set; }

    /// <summary>The token endpoint. If it is set, the host's manifest is not read.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Additional host names on which the manifest's endpoints may be, and of which its audience may be.</summary>
    public IList<string> TrustedEndpointHosts { get; } = [];

    /// <summary>Additional host names to which the tokens may be sent, besides the host and its subdomains.</summary>
    public IList<string> ApiHosts { get; } = [];

    /// <summary>How long one renewal may take, including retries. The default is 30 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
