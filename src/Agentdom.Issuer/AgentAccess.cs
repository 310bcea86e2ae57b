namespace Agentdom.Issuer;

/// <summary>
/// Decides which agent has signed a request, and which agents' tokens are still accepted (protocol.md §6). Agents that the
/// options list come before those of the directory.
/// </summary>
internal sealed class AgentAccess
{
    private readonly Dictionary<string, RegisteredAgent> _listed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RegisteredAgent> _listedByApiKey = new(StringComparer.Ordinal);
    private readonly IAgentDirectory? _directory;
    private readonly AgentSecret[] _shared;
    private readonly AgentSecret[] _unregistered;
    private readonly AgentSecret _decoy = new(SharedSecret.FromText(SharedSecret.Generate()));
    private readonly int _attempts;

    internal AgentAccess(TokenIssuerOptions options, IAgentDirectory? directory)
    {
        _directory = directory;
        foreach (var agent in options.Agents)
        {
            _listed.Add(agent.AgentId, agent);
            foreach (var hash in agent.ApiKeyHashes) _listedByApiKey[hash] = agent;
        }
        _shared = [.. options.Secrets.Select(static text => new AgentSecret(SharedSecret.FromText(text)))];
        var isClosed = options.KnowsAgents(directory) && options.AllowUnregisteredAgents != true;
        _unregistered = isClosed ? [] : _shared;
        _attempts = options.KnowsAgents(directory) ? Math.Max(RegisteredAgent.MaxSecrets, _shared.Length) : 0;
    }

    /// <summary>The shared secrets, newest first.</summary>
    internal IReadOnlyList<AgentSecret> Shared => _shared;

    /// <summary>Finds out who has signed a request.</summary>
    /// <returns>
    /// The secret that it is signed with, or null, and the agent if it is registered. An unknown agent, a disabled one and a wrong
    /// signature have the same result after the same number of signature checks.
    /// </returns>
    /// <exception cref="IssuerStateException">The directory is unavailable.</exception>
    internal async ValueTask<(AgentSecret? Secret, RegisteredAgent? Agent)> FindSignerAsync(SignedBody body, CancellationToken cancel)
    {
        var agent = body.ClaimedAgentId is { } id ? await FindAsync(id, cancel).ConfigureAwait(false) : null;
        return (FindSigner(body, agent?.Signers ?? _unregistered, isShutOut: agent is { Disabled: true }), agent);
    }

    /// <summary>Finds out whose API key this is (protocol.md §10).</summary>
    /// <returns>Null if it is nobody's, or if the agent is disabled.</returns>
    /// <exception cref="IssuerStateException">The directory is unavailable.</exception>
    internal async ValueTask<ApiKeyHolder?> FindHolderAsync(string apiKey, CancellationToken cancel)
    {
        if (!AgentApiKey.IsKey(apiKey)) return null;
        // Searching by the hash reveals nothing: how much of it is right says nothing about the key.
        var hash = AgentApiKey.HashOf(apiKey);
        var agent = await FindByApiKeyAsync(hash, cancel).ConfigureAwait(false);
        return agent?.HasApiKey(hash) == true && !agent.Disabled ? new ApiKeyHolder(agent, AgentApiKey.KeyIdOf(hash)) : null;
    }

    /// <summary>The agent as it is now, if what is known of it may be some seconds old; null if there is none any more.</summary>
    /// <exception cref="IssuerStateException">The directory is unavailable.</exception>
    internal ValueTask<RegisteredAgent?> FindAfreshAsync(string agentId, CancellationToken cancel) =>
        FindAsync(agentId, cancel, isAfresh: true);

    /// <summary>Whether an agent may still use a token that it requested with an API key.</summary>
    internal static bool Accepts(RegisteredAgent agent, DateTimeOffset issuedAt, string? apiKeyId) =>
        IsLetIn(agent, issuedAt) && agent.ApiKeyIds.Contains(apiKeyId);

    /// <summary>Whether a token's agent may still use it.</summary>
    /// <exception cref="IssuerStateException">The directory is unavailable.</exception>
    internal async ValueTask<bool> AcceptsAsync(AgentToken token, CancellationToken cancel)
    {
        if (Accepts(token, await FindAsync(token.AgentId, cancel).ConfigureAwait(false))) return true;
        // Another node may have issued it after a change that is not known here yet. Strangers do not get here: the token is signed.
        return _directory is IFreshDirectory
            && Accepts(token, await FindAsync(token.AgentId, cancel, isAfresh: true).ConfigureAwait(false));
    }

    private bool Accepts(AgentToken token, RegisteredAgent? agent) => agent is null
        ? IsRequestedWith(_unregistered, token)
        : Accepts(agent, token.IssuedAt, token.SecretKeyId)
            || (IsLetIn(agent, token.IssuedAt) && IsRequestedWith(agent.Signers, token));

    private static bool IsLetIn(RegisteredAgent agent, DateTimeOffset issuedAt) =>
        !agent.Disabled && !(issuedAt < agent.TokensValidFrom);

    private async ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel, bool isAfresh = false)
    {
        if (_listed.TryGetValue(agentId, out var listed)) return listed;
        if (_directory is null || !AgentIdRule.IsStorable(agentId)) return null;
        var found = isAfresh && _directory is IFreshDirectory fresh
            ? await fresh.FindAfreshAsync(agentId, cancel).ConfigureAwait(false)
            : await _directory.FindAsync(agentId, cancel).ConfigureAwait(false);
        // A database may compare without regard to case, or to trailing spaces.
        return found?.AgentId == agentId ? found : null;
    }

    private async ValueTask<RegisteredAgent?> FindByApiKeyAsync(string hash, CancellationToken cancel)
    {
        if (_listedByApiKey.TryGetValue(hash, out var listed)) return listed;
        if (_directory is null) return null;
        var found = await _directory.FindByApiKeyAsync(hash, cancel).ConfigureAwait(false);
        // An agent of the options replaces the one of the directory, with all that it has.
        return found is null || !AgentIdRule.IsStorable(found.AgentId) || _listed.ContainsKey(found.AgentId) ? null : found;
    }

    private AgentSecret? FindSigner(SignedBody body, AgentSecret[] secrets, bool isShutOut)
    {
        foreach (var secret in secrets)
        {
            if (body.IsSignedWith(secret.Secret) && !isShutOut) return secret;
        }
        // A refusal always takes the time of the same number of secrets, so that it does not tell whether the agent is registered.
        for (var i = secrets.Length; i < _attempts; i++) body.IsSignedWith(_decoy.Secret);
        return null;
    }

    private static bool IsRequestedWith(AgentSecret[] secrets, AgentToken token) =>
        Array.Exists(secrets, secret => secret.KeyId == token.SecretKeyId);
}
