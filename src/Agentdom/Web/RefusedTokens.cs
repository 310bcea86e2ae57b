using System.Collections.Concurrent;

namespace Agentdom.Web;

/// <summary>
/// The new tokens that hosts refused in the last 30 seconds in this process. Another token would not help either, so a script that
/// calls such a host in a loop does not request one for each call.
/// </summary>
internal static class RefusedTokens
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, DateTimeOffset> s_until = new(StringComparer.Ordinal);

    internal static bool Contains(StoredToken token) => s_until.TryGetValue(Key(token), out var until) && DateTimeOffset.UtcNow < until;

    internal static void Add(StoredToken token) => s_until[Key(token)] = DateTimeOffset.UtcNow + s_life;

    private static string Key(StoredToken token) => $"{token.EntryName} {token.IssuedAt.UtcTicks}";
}
