using System.Collections.Concurrent;

namespace Agentdom.Client;

/// <summary>Manifests of this process, for as long as their host allows, else for five minutes (protocol.md §1).</summary>
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
