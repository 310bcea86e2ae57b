using System.Net;

namespace Agentdom.AspNetCore;

/// <summary>Limits requests by address before the body is read, and by agent after the signature was verified.</summary>
internal sealed class RequestLimits(AgentTokenIssuerLimits limits, TimeProvider time) : IAgentLimiter
{
    private readonly PermitBuckets<string> _agents = new(time);
    private readonly PermitBuckets<IPAddress> _addresses = new(time);

    /// <inheritdoc/>
    public TimeSpan? Check(string agentId, int? requestsPerMinute) =>
        LimitOf(requestsPerMinute) is { } limit ? _agents.Check(agentId, limit) : null;

    /// <inheritdoc/>
    public TimeSpan? Enter(string agentId, int? requestsPerMinute) =>
        LimitOf(requestsPerMinute) is { } limit ? _agents.Take(agentId, limit) : null;

    /// <returns>Null if the address is within its limit, else how long it should wait.</returns>
    internal TimeSpan? Enter(IPAddress? address) =>
        limits.RequestsPerMinutePerAddress is { } limit ? _addresses.Take(ClientNetwork.Of(address), limit) : null;

    private int? LimitOf(int? ofTheAgent) => ofTheAgent ?? limits.RequestsPerMinutePerAgent;
}
