namespace Agentdom.AspNetCore;

/// <summary>
/// Rate limits. Both allow a burst of one minute's requests and then refill evenly. Above a limit the answer is 429 with
/// <c>Retry-After</c>. They are read once, when the app starts.
/// </summary>
public sealed class AgentTokenIssuerLimits
{
    /// <summary>
    /// Token requests per minute and agent, counted once they have passed all other checks: 1 to 100,000,000, or null for no
    /// limit. The default is 600.
    /// </summary>
    public int? RequestsPerMinutePerAgent { get; set; } = 600;

    /// <summary>
    /// Requests to the token endpoints per minute and address (for IPv6, per /64 network), counted before the body is read: 1 to
    /// 1,000,000,000, or null for no limit. The default is 6,000. Requests to the app's own endpoints that are refused for an
    /// invalid token count too. Behind a proxy it needs the forwarded headers middleware, because otherwise all agents share the
    /// proxy's address.
    /// </summary>
    public int? RequestsPerMinutePerAddress { get; set; } = 6_000;

    internal IEnumerable<string> Problems()
    {
        if (RequestsPerMinutePerAgent is < 1 or > 100_000_000)
            yield return $"The limit of requests per minute and agent is 1 to 100,000,000, or null, not {RequestsPerMinutePerAgent}.";
        if (RequestsPerMinutePerAddress is < 1 or > 1_000_000_000)
            yield return $"The limit of requests per minute and address is 1 to 1,000,000,000, or null, not {RequestsPerMinutePerAddress}.";
    }
}
