namespace Agentdom.Client;

/// <summary>
/// When a token is due for renewal: when less than a third of its lifetime and less than 5 minutes is left. A part of that margin, up
/// to a tenth, is subtracted, so that agents that started together do not renew at the same time. It depends on the token only: if it
/// were random each time, a program that asks often would renew early. A token that was requested in the future is due at once: the
/// clock was ahead then, so the token expires earlier than it seems to.
/// </summary>
internal static class RenewalPolicy
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    /// <summary>Whether a token should be renewed.</summary>
    /// <param name="token">The token.</param>
    /// <param name="now">The time (UTC).</param>
    /// <param name="minimumValidity">A token with less time left than this is due as well.</param>
    public static bool IsDue(StoredToken token, DateTimeOffset now, TimeSpan minimumValidity = default) =>
        IsDue(token, now, minimumValidity, JitterOf(token.AccessToken));

    /// <summary>Whether a token with these times (UTC) is due, without that part.</summary>
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

    // FNV-1a. A token ends with its signature, so any hash of it is as good as a random number.
    private static double JitterOf(string accessToken)
    {
        var hash = 2166136261;
        foreach (var c in accessToken) hash = unchecked((hash ^ c) * 16777619);
        return hash / (uint.MaxValue + 1.0);
    }
}
