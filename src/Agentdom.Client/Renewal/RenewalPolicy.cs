namespace Agentdom.Client;

/// <summary>
/// When a token is due for renewal: when less than a third of its lifetime and less than 5 minutes is left. A random part of
/// that margin, up to a tenth, is subtracted, so that agents that started together do not renew at the same time. A token that was
/// requested in the future is due at once: the clock was ahead then, so the token expires earlier than it seems to.
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

    /// <summary>Whether a token with these times (UTC) is due without the random part.</summary>
    public static bool IsDue(DateTimeOffset issuedAt, DateTimeOffset expiresAt, DateTimeOffset now) =>
        IsDue(issuedAt, expiresAt, now, TimeSpan.Zero, jitter: 0);

    internal static bool IsDue(StoredToken token, DateTimeOffset now, TimeSpan minimumValidity, double jitter) =>
        IsDue(token.IssuedAt, token.ExpiresAt, now, minimumValidity, jitter);

    private static bool IsDue(
        DateTimeOffset issuedAt, DateTimeOffset expiresAt, DateTimeOffset now, TimeSpan minimumValidity, double jitter)
    {
        var left = expiresAt - now;
        var third = TimeSpan.FromTicks((expiresAt - issuedAt).Ticks / 3);
        var margin = third < s_longest ? third : s_longest;
        return issuedAt > now || left < minimumValidity || left.Ticks < margin.Ticks * (1 - 0.1 * jitter);
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
