using System.Text;

namespace Agentdom.Issuer;

/// <summary>An agent that a provider knows, and what it may do (protocol.md §6). It must not change once an issuer has it.</summary>
public sealed class RegisteredAgent
{
    /// <summary>The maximum number of secrets that an agent can have at the same time.</summary>
    public const int MaxSecrets = 4;

    /// <summary>The maximum number of API keys that an agent can have at the same time.</summary>
    public const int MaxApiKeys = 4;

    private readonly string _agentId = "";
    private readonly IList<string> _secrets = [];
    private readonly IList<string> _scopes = [];
    private readonly IList<string> _defaultScopes = [];
    private readonly IList<string> _apiKeyHashes = [];
    private AgentSecret[]? _signers;
    private string[]? _apiKeyIds;

    /// <summary>The agent's id, 1 to 256 characters. It is compared ordinally.</summary>
    public string AgentId { get => _agentId; init => _agentId = value ?? ""; }

    /// <summary>A name for people, or null. It is used in listings only.</summary>
    public string? DisplayName { get; init; }

    /// <summary>
    /// The agent's own secrets, newest first: 1 to <see cref="MaxSecrets"/>, each at least 32 bytes of UTF-8; none is needed if it has an
    /// API key. A request must be signed with one of them. A token is valid until the secret that it was requested with is removed from
    /// the list.
    /// </summary>
    public IList<string> Secrets { get => _secrets; init => _secrets = value ?? []; }

    /// <summary>The scopes that the agent may request. Each must also be in the issuer's <see cref="TokenIssuerOptions.Scopes"/>.</summary>
    public IList<string> Scopes { get => _scopes; init => _scopes = value ?? []; }

    /// <summary>
    /// The scopes of a token that is requested with an API key and without scopes. Each must also be in <see cref="Scopes"/>.
    /// </summary>
    public IList<string> DefaultScopes { get => _defaultScopes; init => _defaultScopes = value ?? []; }

    /// <summary>
    /// The hashes of the agent's API keys: at most <see cref="MaxApiKeys"/>, each as <see cref="AgentApiKey.HashOf"/> makes it. With such
    /// a key the agent manages its tokens (protocol.md §10). A token is valid until the key that it was requested with is removed.
    /// </summary>
    public IList<string> ApiKeyHashes { get => _apiKeyHashes; init => _apiKeyHashes = value ?? []; }

    /// <summary>
    /// The maximum lifetime of the agent's tokens, 1 second to 24 hours in whole seconds, or null for the issuer's. It never extends
    /// <see cref="TokenIssuerOptions.TokenLifetime"/>.
    /// </summary>
    public TimeSpan? MaxTokenLifetime { get; init; }

    /// <summary>How many tokens the agent may request per minute, 1 to 100,000,000, or null for the issuer's limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Whether the agent is shut out: its requests are refused and its tokens are invalid.</summary>
    public bool Disabled { get; init; }

    /// <summary>Tokens that were issued before this moment (UTC) are invalid. Null if there is none.</summary>
    public DateTimeOffset? TokensValidFrom { get; init; }

    /// <summary>The name of its entry in the configuration, or null if it is not from there.</summary>
    internal string? ConfigurationKey { get; set; }

    /// <summary>The secrets, newest first.</summary>
    /// <exception cref="IssuerStateException">The directory returned a secret that is too short, or too many of them.</exception>
    internal AgentSecret[] Signers => _signers ??= MakeSigners();

    /// <summary>The ids of the API keys, as tokens name them.</summary>
    internal string[] ApiKeyIds => _apiKeyIds ??= [.. ApiKeyHashes.Where(AgentApiKey.IsHash).Select(AgentApiKey.KeyIdOf)];

    /// <summary>Whether the agent has an API key.</summary>
    internal bool HasApiKey(string hash)
    {
        var (bytes, isThere) = (Encoding.ASCII.GetBytes(hash), false);
        foreach (var own in ApiKeyHashes) isThere |= Hmac.FixedTimeEquals(Encoding.ASCII.GetBytes(own ?? ""), bytes);
        return isThere;
    }

    /// <summary>The problems of this agent, each as a sentence; empty if there are none.</summary>
    /// <param name="offered">The scopes that the issuer offers.</param>
    internal IEnumerable<string> Problems(ICollection<string> offered)
    {
        if (!AgentIdRule.IsValid(AgentId)) yield return $"AgentId must have 1 to {AgentIdRule.MaxLength} characters.";
        if (Secrets.Count == 0 && ApiKeyHashes.Count == 0)
            yield return $"It has no secret and no API key. It needs 1 to {MaxSecrets} secrets in Secrets, or an API key in ApiKeyHashes.";
        if (Secrets.Count > MaxSecrets) yield return $"It has {Secrets.Count} secrets and can have {MaxSecrets}.";
        for (var i = 0; i < Secrets.Count; i++)
        {
            if (SecretRule.Problem(Secrets[i]) is { } problem) yield return $"Secrets:{i} {problem}";
        }
        if (ApiKeyHashes.Count > MaxApiKeys) yield return $"It has {ApiKeyHashes.Count} API keys and can have {MaxApiKeys}.";
        for (var i = 0; i < ApiKeyHashes.Count; i++)
        {
            // Not repeated, because it may be the key itself.
            if (!AgentApiKey.IsHash(ApiKeyHashes[i]))
                yield return $"ApiKeyHashes:{i} is not the SHA-256 of an API key as 64 lower-case hex digits.";
        }
        foreach (var problem in AccessProblems(offered)) yield return problem;
    }

    /// <summary>The problems of what this agent may do, without its id and its secrets.</summary>
    internal IEnumerable<string> AccessProblems(ICollection<string> offered)
    {
        if (Scopes.Count == 0) yield return "It has no scope.";
        foreach (var scope in Scopes)
        {
            if (!offered.Contains(scope)) yield return $"Its scope '{scope}' is not in the issuer's Scopes.";
        }
        foreach (var scope in DefaultScopes)
        {
            if (!Scopes.Contains(scope)) yield return $"Its default scope '{scope}' is not in its Scopes.";
        }
        if (DefaultScopes.Distinct(StringComparer.Ordinal).Count() < DefaultScopes.Count) yield return "It has a default scope twice.";
        if (MaxTokenLifetime is { } lifetime && !LifetimeRule.IsValid(lifetime))
            yield return $"MaxTokenLifetime must be 1 second to 24 hours in whole seconds, not {lifetime}.";
        if (RequestsPerMinute is < 1 or > 100_000_000) yield return $"RequestsPerMinute is 1 to 100,000,000, not {RequestsPerMinute}.";
    }

    private AgentSecret[] MakeSigners()
    {
        if (Secrets.Count > MaxSecrets || Secrets.Any(static secret => SecretRule.Problem(secret) is not null))
        {
            throw new IssuerStateException(
                $"The directory's agent '{Printable.Line(AgentId)}' has more than {MaxSecrets} secrets, or one that is too short. "
                + $"A secret needs at least {SharedSecret.MinimumBytes} bytes.");
        }
        return [.. Secrets.Select(static text => new AgentSecret(SharedSecret.FromText(text)))];
    }
}
