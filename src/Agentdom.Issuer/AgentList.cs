namespace Agentdom.Issuer;

/// <summary>Checks the agents that an issuer's options list.</summary>
internal static class AgentList
{
    /// <summary>The problems, each as a sentence that names the entry; empty if there are none.</summary>
    internal static IEnumerable<string> Problems(TokenIssuerOptions options)
    {
        var offered = new HashSet<string>(options.Scopes, StringComparer.Ordinal);
        var shared = new HashSet<string>(options.Secrets, StringComparer.Ordinal);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Agents.Count; i++)
        {
            var agent = options.Agents[i];
            var entry = Name(agent.ConfigurationKey ?? $"{i}", agent.AgentId);
            foreach (var problem in agent.Problems(offered)) yield return $"{entry}: {problem}";
            if (ids.TryGetValue(agent.AgentId, out var first)) yield return $"{entry} has the same AgentId as {first}.";
            else ids.Add(agent.AgentId, entry);
            foreach (var secret in agent.Secrets)
            {
                // While agents get secrets of their own, they still have the shared one as their older secret.
                if (secret is null || shared.Contains(secret)) continue;
                if (!owners.TryGetValue(secret, out var owner)) owners.Add(secret, entry);
                else if (owner != entry)
                    yield return $"{entry} has a secret of {owner}, so each could act as the other. Give each its own.";
            }
            foreach (var hash in agent.ApiKeyHashes)
            {
                if (hash is null) continue;
                if (!holders.TryGetValue(hash, out var holder)) holders.Add(hash, entry);
                else if (holder != entry) yield return $"{entry} has an API key of {holder}. Give each its own.";
            }
        }
    }

    /// <summary>What a message calls an entry.</summary>
    internal static string Name(string key, string? agentId) =>
        string.IsNullOrEmpty(agentId) ? $"Agents:{key}" : $"Agents:{key} ('{Printable.Line(agentId!)}')";
}
