using System.Net;
using System.Threading.RateLimiting;

namespace Agentdom.AspNetCore;

/// <summary>
/// Limits requests by address before the body is read, and by agent after the signature was verified. ASP.NET Core's rate
/// limiter removes addresses and agents that have been idle for a while.
/// </summary>
internal sealed class RequestLimits(AgentTokenIssuerLimits limits) : IAgentLimiter, IDisposable
{
    private readonly PartitionedRateLimiter<string>? _agents = Limiter<string>(limits.RequestsPerMinutePerAgent);
    private readonly TimeSpan? _agentRefill = limits.RequestsPerMinutePerAgent is { } count ? Refill(count) : null;
    private readonly PartitionedRateLimiter<IPAddress>? _addresses = Limiter<IPAddress>(limits.RequestsPerMinutePerAddress);

    /// <inheritdoc/>
    public TimeSpan? Check(string agentId) =>
        _agents?.GetStatistics(agentId) is { CurrentAvailablePermits: 0 } ? _agentRefill : null;

    /// <inheritdoc/>
    public TimeSpan? Enter(string agentId) => Enter(_agents, agentId);

    /// <returns>Null if the address is within its limit, else how long it should wait.</returns>
    internal TimeSpan? Enter(IPAddress? address) => Enter(_addresses, ClientNetwork.Of(address));

    public void Dispose()
    {
        _agents?.Dispose();
        _addresses?.Dispose();
    }

    private static TimeSpan? Enter<TResource>(PartitionedRateLimiter<TResource>? limiter, TResource resource)
    {
        if (limiter is null) return null;
        using var lease = limiter.AttemptAcquire(resource);
        if (lease.IsAcquired) return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    private static PartitionedRateLimiter<TResource>? Limiter<TResource>(int? perMinute)
        where TResource : notnull
    {
        if (perMinute is not { } count) return null;
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = count,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = Refill(count),
            QueueLimit = 0,
        };
        return PartitionedRateLimiter.Create<TResource, TResource>(
            resource => RateLimitPartition.GetTokenBucketLimiter(resource, _ => bucket));
    }

    private static TimeSpan Refill(int perMinute) => TimeSpan.FromMinutes(1) / perMinute;
}
