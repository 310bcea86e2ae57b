namespace Agentdom.AspNetCore;

/// <summary>Checks what a store of agents is given. The messages list every problem and no secret.</summary>
/// <param name="options">The options in force.</param>
/// <param name="now">The current time.</param>
internal sealed class AgentRules(AgentTokenIssuerOptions options, DateTimeOffset now)
{
    private const int MaxNameLength = 256;

    private static readonly TimeSpan s_maxOverlap = TimeSpan.FromDays(366);

    /// <exception cref="ArgumentException">The new agent is invalid.</exception>
    internal void CheckNew(string agentId, AgentSettings settings, OlderSecret? older)
    {
        List<string> problems = [.. Problems(settings)];
        if (!AgentIdRule.IsStorable(agentId))
            problems.Insert(0, $"An agent id has 1 to {AgentIdRule.MaxLength} characters and no control characters.");
        if (older is not null && SecretRule.Problem(older.Secret) is { } problem) problems.Add($"The older secret {problem}");
        if (older?.ExpiresAt <= now) problems.Add("The older secret has expired already. Leave it out, or let it expire later.");
        Refuse(problems);
    }

    /// <returns>The settings.</returns>
    /// <exception cref="ArgumentException">They are invalid.</exception>
    internal AgentSettings Checked(AgentSettings settings)
    {
        Refuse([.. Problems(settings)]);
        return settings;
    }

    /// <exception cref="ArgumentException">The overlap is out of range.</exception>
    internal static void CheckOverlap(TimeSpan overlap)
    {
        if (overlap < TimeSpan.Zero || overlap > s_maxOverlap)
            Refuse([$"The overlap is 0 seconds to {s_maxOverlap.TotalDays} days, and not negative."]);
    }

    /// <exception cref="ArgumentException">It is no id of an API key, and may be the key.</exception>
    internal static void CheckApiKeyId(string apiKeyId)
    {
        if (!AgentApiKey.IsKeyId(apiKeyId))
        {
            Refuse(
            [
                $"The id of an API key has {AgentApiKey.KeyIdLength} lower-case hex digits, as in 'api_keys' of the agent. It is not the key: "
                + "if you sent the key, logs may have it now, so end it by its id.",
            ]);
        }
    }

    /// <exception cref="ArgumentException">The moment is in the future.</exception>
    internal void CheckMoment(DateTimeOffset? from)
    {
        if (from > now) Refuse(["The moment from which tokens are valid is in the future. Disable the agent to keep it out until then."]);
    }

    private IEnumerable<string> Problems(AgentSettings settings)
    {
        if (settings.DisplayName is { } name && !IsName(name))
            yield return $"A display name has 1 to {MaxNameLength} printable characters, without spaces around them.";
        var agent = new RegisteredAgent
        {
            Scopes = [.. settings.Scopes],
            DefaultScopes = [.. settings.DefaultScopes],
            MaxTokenLifetime = settings.MaxTokenLifetime,
            RequestsPerMinute = settings.RequestsPerMinute,
        };
        foreach (var problem in agent.AccessProblems(options.Scopes)) yield return problem;
        if (settings.Scopes.Distinct(StringComparer.Ordinal).Count() < settings.Scopes.Count) yield return "It has a scope twice.";
    }

    private static bool IsName(string name) =>
        name.Length > 0 && UnicodeText.Length(name) <= MaxNameLength && UnicodeText.IsValid(name) && Printable.Line(name) == name;

    private static void Refuse(List<string> problems)
    {
        if (problems.Count > 0) throw new ArgumentException(string.Join(' ', problems));
    }
}
