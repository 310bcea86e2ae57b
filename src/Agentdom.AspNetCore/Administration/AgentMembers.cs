namespace Agentdom.AspNetCore;

/// <summary>Reads agents as callers of the administration write them.</summary>
internal static class AgentMembers
{
    internal const string MaxTokenLifetime = "max_token_lifetime";
    internal const string RequestsPerMinute = "requests_per_minute";

    private const string AgentId = "agent_id";
    private const string DisplayName = "display_name";
    private const string Scopes = "scopes";
    private const string DefaultScopes = "default_scopes";
    private const string Older = "older_secret";
    private const string OlderExpiresAt = "older_secret_expires_at";
    private const string Overlap = "overlap_seconds";
    private const string From = "from";
    private const string PathCharacters = "-._~:@+=";

    private static readonly TimeSpan s_defaultOverlap = TimeSpan.FromDays(1);

    /// <exception cref="JsonFormatException">Members are unknown, missing or have another type. The message has all problems.</exception>
    internal static (string AgentId, AgentSettings Settings, OlderSecret? Older) ReadNew(JsonObject body)
    {
        var members = new AdministrationMembers(
            body, AgentId, DisplayName, Scopes, DefaultScopes, MaxTokenLifetime, RequestsPerMinute, Older, OlderExpiresAt);
        var id = members.Text(AgentId) ?? "";
        if (!FitsIntoPath(id)) members.Refuse(AdministrationText.IdRule);
        var settings = new AgentSettings
        {
            DisplayName = members.Text(DisplayName),
            Scopes = members.Texts(Scopes),
            DefaultScopes = members.TextsOrNone(DefaultScopes),
            MaxTokenLifetime = members.Seconds(MaxTokenLifetime),
            RequestsPerMinute = members.Number(RequestsPerMinute),
        };
        var (older, end) = (members.Text(Older), members.Moment(OlderExpiresAt));
        if (older is null && end is not null) members.Refuse($"'{OlderExpiresAt}' needs '{Older}'.");
        members.Check();
        return (id, settings, older is null ? null : new OlderSecret { Secret = older, ExpiresAt = end });
    }

    /// <returns>The change, which leaves everything else as it is.</returns>
    /// <exception cref="JsonFormatException">Members are unknown or have another type, or there is none.</exception>
    internal static Func<AgentSettings, AgentSettings> ReadChange(JsonObject body)
    {
        var members = new AdministrationMembers(body, DisplayName, Scopes, DefaultScopes, MaxTokenLifetime, RequestsPerMinute);
        if (members.Count == 0) members.Refuse("There is nothing to change. Name the members that are to change.");
        var name = members.Text(DisplayName);
        var scopes = members.Has(Scopes) ? members.Texts(Scopes) : null;
        var defaultScopes = members.Has(DefaultScopes) ? members.TextsOrNone(DefaultScopes) : null;
        var (lifetime, requests) = (members.Seconds(MaxTokenLifetime), members.Number(RequestsPerMinute));
        members.Check();
        return old => new AgentSettings
        {
            DisplayName = members.Has(DisplayName) ? name : old.DisplayName,
            Scopes = scopes ?? old.Scopes,
            DefaultScopes = defaultScopes ?? old.DefaultScopes,
            MaxTokenLifetime = members.Has(MaxTokenLifetime) ? lifetime : old.MaxTokenLifetime,
            RequestsPerMinute = members.Has(RequestsPerMinute) ? requests : old.RequestsPerMinute,
        };
    }

    /// <exception cref="JsonFormatException">Members are unknown or have another type.</exception>
    internal static TimeSpan ReadOverlap(JsonObject body)
    {
        var members = new AdministrationMembers(body, Overlap);
        var overlap = members.Seconds(Overlap) ?? s_defaultOverlap;
        members.Check();
        return overlap;
    }

    /// <exception cref="JsonFormatException">Members are unknown or have another type.</exception>
    internal static DateTimeOffset? ReadMoment(JsonObject body)
    {
        var members = new AdministrationMembers(body, From);
        var from = members.Moment(From);
        members.Check();
        return from;
    }

    /// <exception cref="JsonFormatException">There are members.</exception>
    internal static void ReadNothing(JsonObject body) => new AdministrationMembers(body).Check();

    // A client removes "." and ".." from a path, and a server leaves an encoded slash as it is.
    private static bool FitsIntoPath(string id) =>
        id.Length is > 0 and <= AgentIdRule.MaxLength && id is not ("." or "..")
        && id.All(static c => char.IsAsciiLetterOrDigit(c) || PathCharacters.Contains(c, StringComparison.Ordinal));
}
