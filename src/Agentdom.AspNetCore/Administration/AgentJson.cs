using System.Globalization;

namespace Agentdom.AspNetCore;

/// <summary>Agents as the administration writes them.</summary>
internal static class AgentJson
{
    internal static Dictionary<string, object?> Of(AgentRecord agent) => new()
    {
        ["agent_id"] = agent.AgentId,
        ["display_name"] = agent.Settings.DisplayName,
        ["scopes"] = agent.Settings.Scopes,
        ["default_scopes"] = agent.Settings.DefaultScopes,
        ["max_token_lifetime"] = (long?)agent.Settings.MaxTokenLifetime?.TotalSeconds,
        ["requests_per_minute"] = agent.Settings.RequestsPerMinute,
        ["disabled"] = agent.Disabled,
        ["tokens_valid_from"] = Text(agent.TokensValidFrom),
        ["api_keys"] = agent.ApiKeyIds,
        ["created_at"] = Text(agent.CreatedAt),
        ["changed_at"] = Text(agent.ChangedAt),
    };

    internal static Dictionary<string, object?> Of(AgentPage page) => new()
    {
        ["agents"] = page.Agents.Select(Of).ToList(),
        ["next"] = page.Next,
    };

    /// <summary>An agent and its new secret. This is the only answer that has one.</summary>
    internal static Dictionary<string, object?> Of(NewAgentSecret created) => new(Of(created.Agent)) { ["secret"] = created.Secret };

    /// <summary>An agent and its new API key. This is the only answer that has one.</summary>
    internal static Dictionary<string, object?> Of(NewAgentApiKey created) =>
        new(Of(created.Agent)) { ["api_key"] = created.ApiKey, ["api_key_id"] = created.ApiKeyId };

    internal static Dictionary<string, object?> OfRotated(NewAgentSecret rotated) =>
        new(Of(rotated)) { ["older_secrets_expire_at"] = Text(rotated.OlderSecretsExpireAt) };

    /// <summary>ISO 8601 in UTC, with the fraction of a second if there is one.</summary>
    private static string? Text(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
