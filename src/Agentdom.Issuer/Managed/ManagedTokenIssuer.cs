namespace Agentdom.Issuer;

/// <summary>
/// Issues, rotates, revokes and lists the tokens that agents manage with an API key (protocol.md §10). They are the issuer's usual tokens,
/// and are verified and revoked in the same place. Thread-safe.
/// </summary>
/// <remarks>
/// A token is revoked before its id gets another one, and a token is issued only after it is stored under its id. So whatever fails in
/// between, no valid token is left that its id does not reach. What is begun is not cancelled, for the same reason.
/// </remarks>
internal sealed class ManagedTokenIssuer(TokenIssuer issuer, IManagedTokenStore store)
{
    /// <summary>How many valid tokens an agent can have at the same time.</summary>
    internal const int MaxTokens = 100;

    private const int IdBytes = 16;
    private const int ShownCharacters = 8;

    // The clocks of nodes differ a little.
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    private readonly ManagedTokenTable _table = new(store);

    /// <summary>Finds out who sends a request.</summary>
    /// <param name="apiKey">The API key, or null if the request has none.</param>
    /// <param name="cancel">Cancels the search.</param>
    /// <returns>The agent, or the reply that refuses the request. It is the same for an unknown key and for a disabled agent's.</returns>
    internal async ValueTask<(ApiKeyHolder? Holder, IssuerReply? Refusal)> FindHolderAsync(string? apiKey, CancellationToken cancel)
    {
        try
        {
            var holder = apiKey is null ? null : await issuer.Agents.FindHolderAsync(apiKey, cancel).ConfigureAwait(false);
            return holder is not null ? (holder, null) : (null, IssuerReply.Refuse(401, "invalid_api_key",
                "Send the API key of a registered agent: 'Authorization: Bearer atpk_…'."));
        }
        catch (IssuerStateException e)
        {
            return (null, IssuerReply.Unavailable(e));
        }
    }

    /// <summary>Issues a token under a new id.</summary>
    /// <param name="holder">Who asks.</param>
    /// <param name="body">The request's body; empty if there is none.</param>
    internal ValueTask<IssuerReply> IssueAsync(ApiKeyHolder holder, byte[] body) => AnswerAsync(holder, async () =>
    {
        var agent = holder.Agent;
        var request = ManagedTokenRequest.Parse(body);
        IReadOnlyList<string> scopes = request.Scopes.Count > 0 ? request.Scopes : [.. agent.DefaultScopes];
        if (scopes.Count == 0) return NoScope(agent);
        if (Refusal(agent, scopes) is { } refusal) return refusal.About(agent.AgentId, scopes).Managed(null, request.Label);
        var now = Now();
        var limit = issuer.LifetimeFor(agent);
        var token = new ManagedToken(
            NewId(), NewId(), holder.KeyId, scopes, now, now, request.Lifetime < limit ? request.Lifetime.Value : limit);
        var wait = await _table.ChangeAsync(agent.AgentId, tokens => AddAsync(agent, tokens, token), default).ConfigureAwait(false);
        var reply = wait is { } time
            ? IssuerReply.RateLimited(time, $"This agent has {MaxTokens} valid tokens already. Revoke some, or wait until one expires.")
            : Grant("issued", agent, token);
        return reply.Managed(reply.ManagedId, request.Label);
    });

    /// <summary>Issues another token under the same id. The one before is revoked.</summary>
    /// <param name="holder">Who asks.</param>
    /// <param name="id">The id.</param>
    internal ValueTask<IssuerReply> RotateAsync(ApiKeyHolder holder, string id) => AnswerAsync(holder, async () =>
    {
        var agent = holder.Agent;
        var first = await FindAsync(agent, id).ConfigureAwait(false);
        if (first is null) return Unknown();
        if (Refusal(agent, first.Scopes) is { } refusal) return refusal.About(agent.AgentId, first.Scopes).Managed(id);
        var now = Now();
        var limit = issuer.LifetimeFor(agent);
        var next = first with
        {
            TokenId = NewId(),
            KeyId = holder.KeyId,
            IssuedAt = now,
            Lifetime = first.Lifetime < limit ? first.Lifetime : limit,
        };
        await RevokeAsync(first).ConfigureAwait(false);
        var isStored = await _table.ChangeAsync(agent.AgentId, tokens => Replace(tokens, first, next), default).ConfigureAwait(false);
        // Otherwise another call has rotated or revoked it meanwhile.
        return isStored ? Grant("rotated", agent, next) : Unknown();
    });

    /// <summary>Revokes the token that an id stands for. It also succeeds if there is none.</summary>
    /// <param name="holder">Who asks.</param>
    /// <param name="id">The id.</param>
    internal ValueTask<IssuerReply> RevokeAsync(ApiKeyHolder holder, string id) => AnswerAsync(holder, async () =>
    {
        var agentId = holder.Agent.AgentId;
        var revoked = await _table.ChangeAsync<ManagedToken?>(
            agentId,
            async tokens =>
            {
                if (tokens.FirstOrDefault(token => token.Id == id) is not { } token) return (null, null);
                await RevokeAsync(token).ConfigureAwait(false);
                return ([.. tokens.Where(other => other.Id != id)], token);
            },
            default).ConfigureAwait(false);
        return revoked is null
            ? IssuerReply.NoContent("nothing_to_revoke").Managed(Shown(id))
            : IssuerReply.NoContent("revoked").About(agentId, revoked.Scopes, revoked.TokenId).Managed(id);
    });

    /// <summary>Lists the valid tokens of an agent.</summary>
    /// <param name="holder">Who asks.</param>
    internal ValueTask<IssuerReply> ListAsync(ApiKeyHolder holder) => AnswerAsync(holder, async () =>
    {
        var agent = holder.Agent;
        if (issuer.Limiter?.Enter(agent.AgentId, agent.RequestsPerMinute) is { } wait) return IssuerReply.RateLimited(wait);
        var tokens = await LiveAsync(agent, await _table.ReadAsync(agent.AgentId, default).ConfigureAwait(false)).ConfigureAwait(false);
        return IssuerReply.OkList("listed", tokens.Select(static token => new Dictionary<string, object?>
        {
            ["id"] = token.Id,
            ["scopes"] = token.Scopes,
            ["expires_at"] = AgentToken.TimeText(token.ExpiresAt),
            ["created_at"] = AgentToken.TimeText(token.CreatedAt),
        }));
    });

    private static async ValueTask<IssuerReply> AnswerAsync(ApiKeyHolder holder, Func<ValueTask<IssuerReply>> answer)
    {
        var reply = await TokenIssuer.AnswerAsync(answer).ConfigureAwait(false);
        return reply.AgentId is null ? reply.About(holder.Agent.AgentId, []) : reply;
    }

    private IssuerReply Grant(string outcome, RegisteredAgent agent, ManagedToken token) =>
        IssuerReply.Ok(outcome, new Dictionary<string, object?>
        {
            ["id"] = token.Id,
            ["token"] = issuer.Codec.Mint(token.ContentFor(agent.AgentId)),
            ["token_type"] = "Bearer",
            ["scopes"] = token.Scopes,
            ["expires_at"] = AgentToken.TimeText(token.ExpiresAt),
            ["agent_id"] = agent.AgentId,
        }).About(agent.AgentId, token.Scopes, token.TokenId).Managed(token.Id);

    private IssuerReply? Refusal(RegisteredAgent agent, IReadOnlyList<string> scopes)
    {
        var refusal = issuer.ScopeRefusal(scopes, agent) ?? TokenIssuer.VoidedRefusal(issuer.Time.GetUtcNow(), agent);
        if (refusal is not null) return refusal;
        return issuer.Limiter?.Enter(agent.AgentId, agent.RequestsPerMinute) is { } wait ? IssuerReply.RateLimited(wait) : null;
    }

    private static IssuerReply NoScope(RegisteredAgent agent) => IssuerReply.Refuse(400, "invalid_scope",
        $"'scopes' is empty, and this agent has no default scopes. It can request: {string.Join(" ", agent.Scopes)}.");

    private static IssuerReply Unknown() => IssuerReply.Refuse(404, "unknown_token", "This agent has no valid token with this id.");

    /// <returns>The tokens with the new one, or how long to wait until there is room for it.</returns>
    private async ValueTask<(IReadOnlyList<ManagedToken>? Tokens, TimeSpan? Wait)> AddAsync(
        RegisteredAgent agent, IReadOnlyList<ManagedToken> tokens, ManagedToken token)
    {
        var now = issuer.Time.GetUtcNow();
        IReadOnlyList<ManagedToken> kept = [.. tokens.Where(old => old.ExpiresAt + s_grace > now)];
        if (kept.Count >= MaxTokens) kept = await ClearedAsync(agent, kept).ConfigureAwait(false);
        if (kept.Count >= MaxTokens) return (null, kept.Min(static old => old.ExpiresAt) - now);
        // What is left out must not become valid again, for example because the clock was ahead, as its id would not reach it.
        foreach (var old in tokens.Where(old => !kept.Contains(old))) await RevokeAsync(old).ConfigureAwait(false);
        return ([.. kept, token], null);
    }

    /// <returns>The tokens with the new one, and true; or null and false if the old one is not there any more.</returns>
    private static ValueTask<(IReadOnlyList<ManagedToken>? Tokens, bool IsThere)> Replace(
        IReadOnlyList<ManagedToken> tokens, ManagedToken old, ManagedToken replacement)
    {
        if (!tokens.Any(token => token.TokenId == old.TokenId)) return new((null, false));
        return new(([.. tokens.Select(token => token.Id == old.Id ? replacement : token)], true));
    }

    private async ValueTask<ManagedToken?> FindAsync(RegisteredAgent agent, string id)
    {
        var tokens = await _table.ReadAsync(agent.AgentId, default).ConfigureAwait(false);
        var live = await LiveAsync(agent, tokens.Where(token => token.Id == id)).ConfigureAwait(false);
        return live.Count > 0 ? live[0] : null;
    }

    private async ValueTask<IReadOnlyList<ManagedToken>> LiveAsync(RegisteredAgent agent, IEnumerable<ManagedToken> tokens)
    {
        var (live, now) = (new List<ManagedToken>(), issuer.Time.GetUtcNow());
        var (known, isFresh) = ((RegisteredAgent?)agent, false);
        foreach (var token in tokens)
        {
            if (token.ExpiresAt <= now) continue;
            // Another node may have issued it with a key that is not known here yet.
            if (!isFresh && !IsAccepted(known, token))
            {
                known = await issuer.Agents.FindAfreshAsync(agent.AgentId, default).ConfigureAwait(false);
                isFresh = true;
            }
            if (IsAccepted(known, token) && !await IsRevokedAsync(token).ConfigureAwait(false)) live.Add(token);
        }
        return live;
    }

    /// <summary>Makes room: leaves out what is revoked, or was requested with a key that has ended.</summary>
    private async ValueTask<IReadOnlyList<ManagedToken>> ClearedAsync(RegisteredAgent agent, IReadOnlyList<ManagedToken> tokens)
    {
        var (kept, now) = (new List<ManagedToken>(), issuer.Time.GetUtcNow());
        var accepted = await LiveAsync(agent, tokens).ConfigureAwait(false);
        foreach (var token in tokens)
        {
            // What is left out is revoked. So a key that another node may just have created is not taken for one that has ended.
            var isNew = token.IssuedAt + s_grace > now && token.ExpiresAt > now;
            if (accepted.Contains(token) || (isNew && !await IsRevokedAsync(token).ConfigureAwait(false))) kept.Add(token);
        }
        return kept;
    }

    private static bool IsAccepted(RegisteredAgent? agent, ManagedToken token) =>
        agent is not null && AgentAccess.Accepts(agent, token.IssuedAt, token.KeyId);

    private ValueTask<bool> IsRevokedAsync(ManagedToken token) =>
        issuer.State.IsRevokedAsync(token.TokenId, token.ExpiresAt, default);

    private ValueTask RevokeAsync(ManagedToken token) => issuer.State.RevokeAsync(token.TokenId, token.ExpiresAt, default);

    // A token has whole seconds.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(issuer.Time.GetUtcNow().ToUnixTimeSeconds());

    private static string NewId() => Hex.Encode(RandomBytes.Make(IdBytes));

    // What is no id may be a token or a key that was sent by mistake.
    private static string Shown(string id) =>
        Hex.Decode(id, IdBytes) is null && id.Length > ShownCharacters ? id.Substring(0, ShownCharacters) + "…" : id;
}
