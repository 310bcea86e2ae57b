namespace Agentdom.Client;

/// <summary>
/// When a token is due for renewal: when less than a third of its lifetime and less than 5 minutes is left. A random part of
/// that margin, up to a tenth, is subtracted, so that agents that started together do not renew at the same time.
/// </summary>
internal static class RenewalPolicy
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    /// <summary>Whether a token should be renewed.</summary>
    /// <param name="token">The token.</param>
    /// <param name="now">The time (UTC).</param>
    /// <param name="minimumValidity">A token with less time left than this is due as well.</param>
    public static bool IsDue(StoredToken token, DateTimeOffset now, TimeSpan minimumValidity = default) =>
        IsDue(token, now, minimumValidity, Jitter());

    /// <summary>The earliest moment at which a token is due (UTC).</summary>
    public static DateTimeOffset DueFrom(StoredToken token) => token.ExpiresAt - Margin(token);

    internal static bool IsDue(StoredToken token, DateTimeOffset now, TimeSpan minimumValidity, double jitter)
    {
        var left = token.ExpiresAt - now;
        return left < minimumValidity || left.Ticks < Margin(token).Ticks * (1 - 0.1 * jitter);
    }

    private static TimeSpan Margin(StoredToken token)
    {
        var third = TimeSpan.FromTicks((token.ExpiresAt - token.IssuedAt).Ticks / 3);
        return third < s_longest ? third : s_longest;
    }

    private static double Jitter()
    {
#if NET
        return System.Random.Shared.NextDouble();
#else
        return new System.Random(System.Guid.NewGuid().GetHashCode()).NextDouble();
#endif
    }
}
