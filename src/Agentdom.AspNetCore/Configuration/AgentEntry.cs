using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Agentdom.AspNetCore;

/// <summary>Reads one agent of the configuration, so that each wrong entry is named.</summary>
internal static partial class AgentEntry
{
    private static readonly HashSet<string> s_names =
        typeof(RegisteredAgent).GetProperties().Select(static p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <returns>The agent, or what is wrong with the entry. Its values are not repeated, because they may be secrets.</returns>
    internal static (RegisteredAgent? Agent, string? Problem) Read(IConfigurationSection entry)
    {
        var name = AgentList.Name(entry.Key, entry[nameof(RegisteredAgent.AgentId)]);
        // A misspelt setting must not be left out: it may be the one that shuts the agent out.
        if (entry.GetChildren().FirstOrDefault(static s => !s_names.Contains(s.Key)) is { } unknown)
            return (null, $"{name} has an unknown setting '{unknown.Key}'.");
        if (entry[nameof(RegisteredAgent.TokensValidFrom)] is { Length: > 0 } moment && !EndsWithOffset().IsMatch(moment))
            return (null, $"{name}: TokensValidFrom needs an offset from UTC, such as 2026-01-31T12:00:00Z.");
        try
        {
            if (entry.Get<RegisteredAgent>() is { Secrets: not null, Scopes: not null } agent)
            {
                agent.ConfigurationKey = entry.Key;
                return (agent, null);
            }
        }
        catch (InvalidOperationException)
        {
            // Its message contains the value.
        }
        return (null, $"{name} has a value that does not have the expected type.");
    }

    [GeneratedRegex(@"(Z|[+-]\d\d:?\d\d)$")]
    private static partial Regex EndsWithOffset();
}
