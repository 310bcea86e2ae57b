using System.Collections.Concurrent;

namespace Agentdom;

/// <summary>
/// What renewals failed of in the last half minute of this process, so that a script that asks for a token again and
/// again does not wait for the same failure each time.
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

    // A token that was requested anew meanwhile has no failure of its own yet.
    private static string Key(StoredToken token) => $"{token.EntryName} {token.IssuedAt.UtcTicks}";
}
