using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Agentdom.AspNetCore;

/// <summary>Reads one agent of the configuration, so that each wrong entry is named.</summary>
/// <remarks>
/// Settings are read by their full names. Listing the children of a section, as binding does, visits every setting of the app, which
/// would take hours for 100,000 agents.
/// </remarks>
internal sealed class AgentEntry
{
    private static readonly HashSet<string> s_names =
        typeof(RegisteredAgent).GetProperties().Select(static p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> s_lists = typeof(RegisteredAgent).GetProperties()
        .Where(static p => p.PropertyType == typeof(IList<string>)).Select(static p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private readonly IConfigurationSection _section;
    private string? _wrong;

    private AgentEntry(IConfigurationSection section) => _section = section;

    /// <param name="section">The entry.</param>
    /// <param name="checksNames">Whether unknown settings are an error.</param>
    /// <returns>The agent, or what is wrong with the entry. Its values are not repeated, because they may be secrets.</returns>
    internal static (RegisteredAgent? Agent, string? Problem) Read(IConfigurationSection section, bool checksNames)
    {
        var name = AgentList.Name(section.Key, section[nameof(RegisteredAgent.AgentId)]);
        // A misspelt setting must not be left out: it may be the one that shuts the agent out.
        var settings = checksNames ? section.GetChildren().ToList() : [];
        if (settings.Find(static s => !s_names.Contains(s.Key)) is { } unknown)
            return (null, $"{name} has an unknown setting '{unknown.Key}'.");
        if (settings.Find(static s => s.Value is null && !s_lists.Contains(s.Key) && s.GetChildren().Any()) is { } several)
            return (null, $"{name}: '{several.Key}' is a single value.");
        var entry = new AgentEntry(section);
        var agent = entry.Read();
        return entry._wrong is null ? (agent, null) : (null, $"{name}: {entry._wrong}");
    }

    private RegisteredAgent Read() => new()
    {
        ConfigurationKey = _section.Key,
        AgentId = _section[nameof(RegisteredAgent.AgentId)] ?? "",
        DisplayName = _section[nameof(RegisteredAgent.DisplayName)],
        Secrets = List(nameof(RegisteredAgent.Secrets)),
        Scopes = List(nameof(RegisteredAgent.Scopes)),
        MaxTokenLifetime = Value<TimeSpan>(nameof(RegisteredAgent.MaxTokenLifetime), "a time such as 00:10:00", TryTime),
        RequestsPerMinute = Value<int>(nameof(RegisteredAgent.RequestsPerMinute), "a whole number", TryNumber),
        Disabled = Value<bool>(nameof(RegisteredAgent.Disabled), "true or false", bool.TryParse) ?? false,
        TokensValidFrom = Value<DateTimeOffset>(
            nameof(RegisteredAgent.TokensValidFrom), "a moment with its offset from UTC, such as 2026-01-31T12:00:00Z", MomentText.TryRead),
    };

    private List<string> List(string name)
    {
        var values = new List<string>();
        while (_section[$"{name}:{values.Count}"] is { } value) values.Add(value);
        return values;
    }

    private T? Value<T>(string name, string expected, TryParse<T> tryParse) where T : struct
    {
        if (_section[name] is not { } text) return null;
        if (tryParse(text, out var value)) return value;
        _wrong ??= $"'{name}' is not {expected}.";
        return null;
    }

    private static bool TryTime(string text, out TimeSpan value) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private delegate bool TryParse<T>(string text, out T value);
}
