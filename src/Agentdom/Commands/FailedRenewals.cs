using System.Collections.Concurrent;

namespace Agentdom;

/// <summary>
/// The failed renewals of the last 30 seconds in this process. A script that requests a token in a loop then does not wait for
/// the same failure each time.
/// </summary>
internal static class FailedRenewals
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, (AtpException Failure, DateTimeOffset Until)> s_recent =
        new(StringComparer.Ordinal);

    internal static AtpException? Recent(StoredToken token) =>
        s_recent.TryGetValue(Key(token), out var entry) && DateTimeOffset.UtcNow < entry.Until ? entry.Failure : null;

    internal static void Remember(StoredToken token, AtpException failure) =>
        s_recent[Key(token)] = (failure, DateTimeOffset.UtcNow + s_life);

    // The key includes the time of issue, so that a new token does not inherit the failure of the old one.
    private static string Key(StoredToken token) => $"{token.EntryName} {token.IssuedAt.UtcTicks}";
}
