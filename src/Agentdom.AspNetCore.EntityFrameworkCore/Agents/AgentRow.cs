namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// An agent in the database. Times are milliseconds since 1970 (UTC), which every provider stores and orders alike.
/// </summary>
internal sealed class AgentRow
{
    public required string AgentId { get; set; }

    public string? DisplayName { get; set; }

    /// <summary>The name in upper case, because databases compare in different ways.</summary>
    public string? SearchName { get; set; }

    /// <summary>The scopes with spaces between them.</summary>
    public required string Scopes { get; set; }

    /// <summary>The default scopes with spaces between them.</summary>
    public string DefaultScopes { get; set; } = "";

    public int? MaxTokenLifetimeSeconds { get; set; }

    public int? RequestsPerMinute { get; set; }

    public bool Disabled { get; set; }

    public long? TokensValidFrom { get; set; }

    public long CreatedAt { get; set; }

    public long ChangedAt { get; set; }

    /// <summary>
    /// When the agent was deleted, or null. The row stays for a while, because an agent that is created again with its old secret must
    /// not make its old tokens valid again.
    /// </summary>
    public long? DeletedAt { get; set; }

    /// <summary>The secrets, encrypted.</summary>
    public required string Secrets { get; set; }

    /// <summary>The hashes of the API keys, newest first, with spaces between them.</summary>
    public string ApiKeyHashes { get; set; } = "";

    /// <summary>Another value with each change.</summary>
    public Guid Version { get; set; }

    internal IReadOnlyList<string> ScopeList => List(Scopes);

    internal IReadOnlyList<string> DefaultScopeList => List(DefaultScopes);

    internal IReadOnlyList<string> ApiKeyHashList
    {
        get => List(ApiKeyHashes);
        set => ApiKeyHashes = string.Join(' ', value);
    }

    internal TimeSpan? MaxTokenLifetime => MaxTokenLifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    internal AgentSettings Settings
    {
        get => new()
        {
            DisplayName = DisplayName,
            Scopes = ScopeList,
            DefaultScopes = DefaultScopeList,
            MaxTokenLifetime = MaxTokenLifetime,
            RequestsPerMinute = RequestsPerMinute,
        };
        set
        {
            DisplayName = value.DisplayName;
            SearchName = value.DisplayName is { } name ? SearchForm(name) : null;
            Scopes = string.Join(' ', value.Scopes);
            DefaultScopes = string.Join(' ', value.DefaultScopes);
            MaxTokenLifetimeSeconds = value.MaxTokenLifetime is { } lifetime ? (int)lifetime.TotalSeconds : null;
            RequestsPerMinute = value.RequestsPerMinute;
        }
    }

    internal static string SearchForm(string name) => name.ToUpperInvariant();

    internal AgentRecord ToRecord() => new()
    {
        AgentId = AgentId,
        Settings = Settings,
        Disabled = Disabled,
        TokensValidFrom = TokensValidFrom is { } from ? Moment.Of(from) : null,
        ApiKeyIds = [.. ApiKeyHashList.Select(AgentApiKey.KeyIdOf)],
        CreatedAt = Moment.Of(CreatedAt),
        ChangedAt = Moment.Of(ChangedAt),
    };

    private static string[] List(string texts) => texts.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
