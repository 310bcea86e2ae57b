namespace Agentdom.Issuer;

/// <summary>
/// The provider's side of the protocol without a transport: bytes in, a reply out (protocol.md §4 to §8). Kestrel and other
/// servers are thin layers over it. Thread-safe.
/// </summary>
public sealed class TokenIssuer
{
    /// <summary>The maximum size of a token request in bytes (protocol.md §4).</summary>
    public const int MaxRequestBytes = 16 * 1024;

    /// <summary>The maximum size of a verify or revoke request in bytes (protocol.md §7 and §8).</summary>
    public const int MaxTokenBodyBytes = 48 * 1024;

    private readonly TokenIssuerOptions _options;
    private readonly HashSet<string> _scopes;
    private readonly AgentAccess _agents;
    private readonly TokenCodec _codec;
    private readonly IIssuerState _state;
    private readonly IAgentLimiter? _limiter;
    private readonly TimeProvider _time;

    /// <summary>Creates an issuer.</summary>
    /// <param name="options">The options. They are read once.</param>
    /// <param name="state">Stores used signatures and revoked tokens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="limiter">Limits requests per agent; null for no limit.</param>
    /// <param name="agents">Finds registered agents beside those of the options; null for none.</param>
    /// <exception cref="ArgumentException">The options are invalid. The message lists each problem and how to fix it.</exception>
    public TokenIssuer(
        TokenIssuerOptions options, IIssuerState state, TimeProvider? time = null, IAgentLimiter? limiter = null,
        IAgentDirectory? agents = null)
    {
        var problems = string.Join(" ", options.Problems(agents));
        if (problems.Length > 0) throw new ArgumentException(problems, nameof(options));
        _options = options;
        _state = state;
        _limiter = limiter;
        _time = time ?? TimeProvider.System;
        _scopes = new HashSet<string>(options.Scopes, StringComparer.Ordinal);
        _agents = new AgentAccess(options, agents);
        _codec = new TokenCodec(options, _agents.Shared, _time);
    }

    /// <summary>The <c>kid</c> of new tokens.</summary>
    public string KeyId => _codec.KeyId;

    /// <summary>Answers a token request (protocol.md §4).</summary>
    public ValueTask<IssuerReply> MintAsync(byte[] body, CancellationToken cancel = default) => AnswerAsync(async () =>
    {
        // The signature comes first, so that no content of an unsigned body is trusted or repeated.
        var signed = SignedBody.Parse(body);
        var (secret, agent) = await _agents.FindSignerAsync(signed, cancel).ConfigureAwait(false);
        if (secret is null)
            return IssuerReply.Refuse(401, "invalid_signature", "The signature does not match this body, or the agent is not registered.");
        var request = signed.ReadRequest();
        var reply = Refusal(request, agent)
            ?? await AnswerAsync(() => MintOnceAsync(request, secret, agent, cancel)).ConfigureAwait(false);
        return reply.About(request.AgentId, request.Scopes);
    });

    /// <summary>
    /// The public halves of the signing keys as a JSON Web Key Set (RFC 7517) in UTF-8. Secret keys are not in it (protocol.md §6).
    /// </summary>
    public byte[] GetKeySet() => CanonicalJson.Utf8FromValue(new Dictionary<string, object?>
    {
        ["keys"] = _codec.PublicKeys,
    });

    /// <summary>Whether anybody can check tokens with the key set.</summary>
    internal bool HasPublicKeys => _codec.PublicKeys.Count > 0;

    /// <summary>Answers a verify request (protocol.md §7).</summary>
    public ValueTask<IssuerReply> VerifyAsync(byte[] body, CancellationToken cancel = default) => AnswerAsync(async () =>
    {
        var token = await ReadTokenAsync(TokenIn(body), cancel).ConfigureAwait(false);
        if (token is null) return IssuerReply.Ok("invalid", new Dictionary<string, object?> { ["valid"] = false });
        return IssuerReply.Ok("valid", new Dictionary<string, object?>
        {
            ["valid"] = true,
            ["scopes"] = token.Scopes,
            ["expires_at"] = token.ExpiresAtText,
            ["agent_id"] = token.AgentId,
        }).About(token.AgentId, token.Scopes, token.TokenId);
    });

    /// <summary>Answers an introspection request, which is a form (RFC 7662, protocol.md §7).</summary>
    public ValueTask<IssuerReply> IntrospectAsync(byte[] form, CancellationToken cancel = default) => AnswerAsync(async () =>
    {
        var (text, problem) = TokenForm.Read(form);
        if (problem is not null) return IssuerReply.InvalidRequest(problem);
        var token = await ReadTokenAsync(text, cancel).ConfigureAwait(false);
        if (token is null) return IssuerReply.Ok("invalid", new Dictionary<string, object?> { ["active"] = false });
        var answer = new Dictionary<string, object?>
        {
            ["active"] = true,
            ["scope"] = string.Join(" ", token.Scopes),
            ["client_id"] = token.AgentId,
            ["sub"] = token.AgentId,
            ["exp"] = token.ExpiresAt.ToUnixTimeSeconds(),
            ["iat"] = token.IssuedAt.ToUnixTimeSeconds(),
            ["iss"] = _options.Name,
            ["jti"] = token.TokenId,
            ["token_type"] = "Bearer",
        };
        if (_options.Audience is not null) answer["aud"] = _options.Audience;
        return IssuerReply.Ok("valid", answer).About(token.AgentId, token.Scopes, token.TokenId);
    });

    /// <summary>Answers a revoke request. It also succeeds if the token is unknown or has expired (protocol.md §8).</summary>
    public ValueTask<IssuerReply> RevokeAsync(byte[] body, CancellationToken cancel = default) =>
        AnswerAsync(() => RevokeTokenAsync(TokenIn(body), cancel));

    /// <summary>Answers a revoke request that is a form (RFC 7009, protocol.md §8).</summary>
    public ValueTask<IssuerReply> RevokeFormAsync(byte[] form, CancellationToken cancel = default) => AnswerAsync(async () =>
    {
        var (text, problem) = TokenForm.Read(form);
        return problem is null ? await RevokeTokenAsync(text, cancel).ConfigureAwait(false) : IssuerReply.InvalidRequest(problem);
    });

    /// <summary>The content of a token, or null if it is not valid or was revoked.</summary>
    /// <exception cref="IssuerStateException">The state is unavailable, so the token may be revoked.</exception>
    public async ValueTask<AgentToken?> ReadTokenAsync(string token, CancellationToken cancel = default)
    {
        var read = await _codec.ReadAsync(token).ConfigureAwait(false);
        if (read is null || !await _agents.AcceptsAsync(read, cancel).ConfigureAwait(false)
            || await _state.IsRevokedAsync(read.TokenId, read.ExpiresAt, cancel).ConfigureAwait(false)) return null;
        return read;
    }

    internal TokenCodec Codec => _codec;

    internal AgentAccess Agents => _agents;

    internal IIssuerState State => _state;

    internal IAgentLimiter? Limiter => _limiter;

    internal TimeProvider Time => _time;

    /// <summary>How long a new token of an agent is valid.</summary>
    internal TimeSpan LifetimeFor(RegisteredAgent? agent) =>
        agent?.MaxTokenLifetime < _options.TokenLifetime ? agent.MaxTokenLifetime.Value : _options.TokenLifetime;

    /// <summary>Refuses scopes that are not offered; null if they all are.</summary>
    internal IssuerReply? ScopeRefusal(IEnumerable<string> scopes, RegisteredAgent? agent)
    {
        foreach (var scope in scopes)
        {
            if (!_scopes.Contains(scope)) return IssuerReply.Refuse(403, "invalid_scope", $"The scope '{scope}' is not offered.");
            if (agent?.Scopes.Contains(scope) == false)
                return IssuerReply.Refuse(403, "invalid_scope", $"The scope '{scope}' is not offered to this agent.");
        }
        return null;
    }

    /// <summary>Refuses to issue a token that would be invalid at once, because its time of issue has whole seconds; else null.</summary>
    internal static IssuerReply? VoidedRefusal(DateTimeOffset now, RegisteredAgent? agent)
    {
        var issuedAt = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        return issuedAt < agent?.TokensValidFrom ? IssuerReply.RateLimited(agent.TokensValidFrom.Value - issuedAt) : null;
    }

    /// <summary>Turns the exceptions of a decision into its reply.</summary>
    internal static async ValueTask<IssuerReply> AnswerAsync(Func<ValueTask<IssuerReply>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (JsonFormatException e)
        {
            return IssuerReply.InvalidRequest(e.Message);
        }
        catch (IssuerStateException e)
        {
            return IssuerReply.Unavailable(e);
        }
    }

    private async ValueTask<IssuerReply> RevokeTokenAsync(string text, CancellationToken cancel)
    {
        var answer = new Dictionary<string, object?> { ["revoked"] = true };
        if (await _codec.ReadAsync(text).ConfigureAwait(false) is not { } token)
            return IssuerReply.Ok("nothing_to_revoke", answer);
        await _state.RevokeAsync(token.TokenId, token.ExpiresAt, cancel).ConfigureAwait(false);
        return IssuerReply.Ok("revoked", answer).About(token.AgentId, token.Scopes, token.TokenId);
    }

    private IssuerReply? Refusal(SignedRequest request, RegisteredAgent? agent)
    {
        var now = _time.GetUtcNow();
        if ((now - request.Timestamp).Duration() > TokenIssuerOptions.TimestampWindow)
            return IssuerReply.Refuse(401, "stale_timestamp",
                $"The timestamp is more than {TokenIssuerOptions.TimestampWindow.TotalSeconds:0} seconds from this clock.",
                serverTime: now.ToUnixTimeMilliseconds());
        if (request.Audience != _options.Audience)
            return IssuerReply.InvalidRequest(_options.Audience is null
                ? "'aud' names another issuer: this one has no audience."
                : "'aud' must be the audience that this issuer's manifest names.");
        return ScopeRefusal(request.Scopes, agent) ?? VoidedRefusal(now, agent);
    }

    private async ValueTask<IssuerReply> MintOnceAsync(
        SignedRequest request, AgentSecret secret, RegisteredAgent? agent, CancellationToken cancel)
    {
        // Counted only once the request is known to be new, because anyone who captured one can send it again.
        if (_limiter?.Check(request.AgentId, agent?.RequestsPerMinute) is { } full) return IssuerReply.RateLimited(full);
        var until = request.Timestamp + TokenIssuerOptions.TimestampWindow;
        if (!await _state.TryRememberAsync(request.Signature, until, cancel).ConfigureAwait(false))
            return IssuerReply.Refuse(401, "replayed_request", "This signed request was already used. Sign a new one.");
        if (_limiter?.Enter(request.AgentId, agent?.RequestsPerMinute) is { } wait) return IssuerReply.RateLimited(wait);
        var lifetime = LifetimeFor(agent);
        var tokenId = Hex.Encode(RandomBytes.Make(16));
        return IssuerReply.Ok("issued", new Dictionary<string, object?>
        {
            ["token"] = _codec.Mint(request, secret, lifetime, tokenId),
            ["token_type"] = "Bearer",
            ["expires_in"] = (long)lifetime.TotalSeconds,
            ["scopes_granted"] = request.Scopes,
            ["agent_id"] = request.AgentId,
        }).About(request.AgentId, request.Scopes, tokenId);
    }

    private static string TokenIn(byte[] body) =>
        StrictJson.ParseObject(body, SignedBody.MaxValues).Text("token") ?? throw new JsonFormatException("'token' is missing.");
}
