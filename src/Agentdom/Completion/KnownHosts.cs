namespace Agentdom.Completion;

/// <summary>What this process knows of hosts without asking any.</summary>
internal static class KnownHosts
{
    /// <summary>The scopes of this process's own server, and of the hosts whose manifests are still kept.</summary>
    internal static IEnumerable<(string Host, string[] Scopes)> Offers()
    {
        if (RunningServer.Current is { } server) yield return (server.Host, server.Scopes);
        foreach (var manifest in Session.StartedClient?.KeptManifests() ?? []) yield return (manifest.Host.Name, [.. manifest.Scopes]);
    }

    /// <summary>The hosts that the environment's secret is for, as they are listed there.</summary>
    internal static IEnumerable<string> InEnvironment() => SecretFinder.HostsInEnvironment();
}
