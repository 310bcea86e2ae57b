namespace Agentdom.Completion;

/// <summary>The hosts that are known in this process without a network request.</summary>
internal static class KnownHosts
{
    /// <summary>This process's own server and the hosts with a cached manifest, with their scopes.</summary>
    internal static IEnumerable<(string Host, string[] Scopes)> Offers()
    {
        if (RunningServer.Current is { } server) yield return (server.Host, server.Scopes);
        foreach (var manifest in Session.StartedClient?.KeptManifests() ?? []) yield return (manifest.Host.Name, [.. manifest.Scopes]);
    }

    /// <summary>The hosts that the environment lists for its secret.</summary>
    internal static IEnumerable<string> InEnvironment() => SecretFinder.HostsInEnvironment();
}
