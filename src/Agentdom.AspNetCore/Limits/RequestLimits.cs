using System.Net;
using System.Threading.RateLimiting;

namespace Agentdom.AspNetCore;

/// <summary>
/// Limits requests by address before the body is read, and by agent after the signature was verified. ASP.NET Core's rate
/// limiter removes addresses and agents that have been idle for a while.
/// </summary>
internal sealed class RequestLimits(AgentTokenIssuerLimits limits) : IAgentLimiter, IDisposable
{
    // The limit is part of the key, so that a changed one applies at once.
    private readonly PartitionedRateLimiter<(string AgentId, int PerMinute)> _agents =
        Limiter<(string AgentId, int PerMinute)>(static agent => agent.PerMinute);
    private readonly PartitionedRateLimiter<IPAddress>? _addresses = limits.RequestsPerMinutePerAddress is { } perMinute
        ? Limiter<IPAddress>(_ => perMinute)
        : null;

    /// <inheritdoc/>
    public TimeSpan? Check(string agentId, int? requestsPerMinute) =>
        LimitOf(requestsPerMinute) is { } limit && _agents.GetStatistics((agentId, limit)) is { CurrentAvailablePermits: 0 }
            ? Refill(limit)
            : null;

    /// <inheritdoc/>
    public TimeSpan? Enter(string agentId, int? requestsPerMinute) =>
        LimitOf(requestsPerMinute) is { } limit ? Enter(_agents, (agentId, limit)) : null;

    /// <returns>Null if the address is within its limit, else how long it should wait.</returns>
    internal TimeSpan? Enter(IPAddress? address) => _addresses is null ? null : Enter(_addresses, ClientNetwork.Of(address));

    public void Dispose()
    {
        _agents.Dispose();
        _addresses?.Dispose();
    }

    private int? LimitOf(int? ofTheAgent) => ofTheAgent ?? limits.RequestsPerMinutePerAgent;

    private static TimeSpan? Enter<TResource>(PartitionedRateLimiter<TResource> limiter, TResource resource)
    {
        using var lease = limiter.AttemptAcquire(resource);
        if (lease.IsAcquired) return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    private static PartitionedRateLimiter<TResource> Limiter<TResource>(Func<TResource, int> perMinute) where TResource : notnull =>
        PartitionedRateLimiter.Create<TResource, TResource>(
            resource => RateLimitPartition.GetTokenBucketLimiter(resource, one => Bucket(perMinute(one))));

    private static TokenBucketRateLimiterOptions Bucket(int perMinute) => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = Refill(perMinute),
        QueueLimit = 0,
    };

    private static TimeSpan Refill(int perMinute) => TimeSpan.FromMinutes(1) / perMinute;
}
