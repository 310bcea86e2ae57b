using System.Collections.Concurrent;

namespace Agentdom.Client;

/// <summary>
/// Caches manifests in memory for their <c>max-age</c>, at most one day, or for five minutes if they have none (protocol.md §1).
/// </summary>
internal sealed class ManifestCache(TimeProvider time)
{
    private static readonly TimeSpan s_default = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<AtpHost, (AgentdomManifest Manifest, DateTimeOffset Until)> _kept = new();

    internal AgentdomManifest? Find(AtpHost host) =>
        _kept.TryGetValue(host, out var entry) && time.GetUtcNow() < entry.Until ? entry.Manifest : null;

    internal IReadOnlyList<AgentdomManifest> All() => [.. _kept.Keys.Select(Find).OfType<AgentdomManifest>()];

    internal void Keep(AgentdomManifest manifest, HttpAnswer answer)
    {
        var control = answer.CacheControl;
        var life = control is { NoStore: true } or { NoCache: true } ? TimeSpan.Zero : control?.MaxAge ?? s_default;
        _kept[manifest.Host] = (manifest, time.GetUtcNow() + (life < s_longest ? life : s_longest));
    }
}
