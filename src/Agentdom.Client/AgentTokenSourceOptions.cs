namespace Agentdom.Client;

/// <summary>How an <see cref="AgentTokenSource"/> asks for its tokens, and where they may go.</summary>
public sealed class AgentTokenSourceOptions
{
    /// <summary>What the tokens are for, as the issuer's audit shows it; 0 to 1,024 characters.</summary>
    public string Purpose { get; set; } = "";

    /// <summary>Who asks: 1 to 256 characters; null for <see cref="Client.AgentId.Current"/>.</summary>
    public string? AgentId { get; set; }

    /// <summary>
    /// The secret shared with the host. Where none is given, it is looked for as <see cref="SecretFinder"/> does: in the
    /// environment, then in the module's own vault.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>
    /// Looks the secret up at each renewal, such as in a cloud's vault, in place of <see cref="Secret"/>. Null or empty counts
    /// as none given. It is called on any thread, one call at a time.
    /// </summary>
    public Func<CancellationToken, Task<string?>>? GetSecret { get; set; }

    /// <summary>The token endpoint, where it is known and the host's manifest is not to be asked.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Host names beside the host's own that its manifest's endpoints may lie on.</summary>
    public IList<string> TrustedEndpointHosts { get; } = [];

    /// <summary>Host names beside the host's own, and those below it, that requests may carry its tokens to.</summary>
    public IList<string> ApiHosts { get; } = [];

    /// <summary>How long one renewal may take, retries included: 30 seconds by default.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
