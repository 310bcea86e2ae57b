namespace Agentdom.AspNetCore;

/// <summary>
/// How often may be asked. Both limits let a burst of a minute's worth through and then fill up evenly; above them the
/// answer is 429 with <c>Retry-After</c>. They are read once, at the app's start.
/// </summary>
public sealed class AgentTokenIssuerLimits
{
    /// <summary>
    /// How many tokens one agent may ask for in a minute, counted once its signature was found good: 1 to 100,000,000, or
    /// null for any number. 600 by default.
    /// </summary>
    public int? RequestsPerMinutePerAgent { get; set; } = 600;

    /// <summary>
    /// How many requests of any kind one address (of IPv6: one /64 network) may make in a minute, counted before anything
    /// is read: 1 to 1,000,000,000, or null for any number. 6,000 by default. Behind a proxy it needs the forwarded headers
    /// middleware, or all agents share the proxy's address.
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
