namespace Agentdom.Client;

/// <summary>
/// A stored token with everything that is needed to use, test, renew and revoke it. Each agent has one entry for a host and set of
/// scopes.
/// </summary>
internal sealed record StoredToken
{
    /// <summary>The maximum number of earlier tokens in one entry.</summary>
    internal const int MaxEarlier = 4;

    // Azure Key Vault accepts 25 KB.
    private const int MaxStoredLength = 20 * 1024;

    private const int FormatVersion = 1;

    /// <summary>The normalized host, <see cref="AtpHost.Name"/>.</summary>
    public required string Host { get; init; }

    /// <summary>The bearer token.</summary>
    public required string AccessToken { get; init; }

    /// <summary>The token type, <c>Bearer</c>.</summary>
    public required string TokenType { get; init; }

    /// <summary>When it was requested (UTC).</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>The expiry (UTC).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The requested scopes. The entry's name is derived from them.</summary>
    public required IReadOnlyList<string> ScopesRequested { get; init; }

    /// <summary>The granted scopes.</summary>
    public required IReadOnlyList<string> ScopesGranted { get; init; }

    /// <summary>The id of the agent that requested it.</summary>
    public required string AgentId { get; init; }

    /// <summary>The purpose.</summary>
    public required string Purpose { get; init; }

    /// <summary>The endpoint that granted it.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>The endpoint that verifies it.</summary>
    public required Uri VerifyEndpoint { get; init; }

    /// <summary>The endpoint that revokes it.</summary>
    public required Uri RevokeEndpoint { get; init; }

    /// <summary>Whether the caller set the endpoint, so that renewals use it and do not read the host's manifest.</summary>
    public bool IsEndpointGiven { get; init; }

    /// <summary>The additional endpoint hosts that were trusted when it was requested.</summary>
    public IReadOnlyList<string> TrustedEndpointHosts { get; init; } = [];

    /// <summary>The tokens that this one replaced and that may still be valid, newest first.</summary>
    public IReadOnlyList<EarlierToken> Earlier { get; init; } = [];

    /// <summary>The name of its vault entry.</summary>
    public string EntryName => Client.EntryName.OfToken(Host, ScopesRequested, AgentId);

    /// <summary>The name that earlier versions gave its entry.</summary>
    public string FormerEntryName => Client.EntryName.FormerOfToken(Host, ScopesRequested);

    /// <summary>Whether it was requested for exactly these scopes, in any order.</summary>
    public bool IsFor(IEnumerable<string> scopes) => ScopeSet.Key(scopes) == ScopeSet.Key(ScopesRequested);

    /// <summary>Whether it has not expired at a moment.</summary>
    public bool IsValidAt(DateTimeOffset moment) => moment < ExpiresAt;

    /// <summary>What is needed to revoke it.</summary>
    public EarlierToken AsEarlier() => new() { AccessToken = AccessToken, ExpiresAt = ExpiresAt, RevokeEndpoint = RevokeEndpoint };

    /// <summary>This token and the earlier ones that have not expired at a moment.</summary>
    public IReadOnlyList<EarlierToken> WithEarlier(DateTimeOffset moment) => [AsEarlier(), .. Earlier.Where(e => moment < e.ExpiresAt)];

    /// <summary>This token in place of another one of its entry, which it remembers if the entry has room for it.</summary>
    /// <param name="replaced">The other one.</param>
    /// <param name="now">The time (UTC). Expired tokens are forgotten.</param>
    /// <param name="dropped">Valid tokens for which there is no room, oldest first. They must be revoked now.</param>
    public StoredToken Replacing(StoredToken replaced, DateTimeOffset now, out IReadOnlyList<EarlierToken> dropped)
    {
        // An issuer may grant the same token again.
        var earlier = replaced.WithEarlier(now).Where(e => now < e.ExpiresAt && e.AccessToken != AccessToken).ToList();
        var without = new List<EarlierToken>();
        var token = this with { Earlier = earlier };
        while (earlier.Count > MaxEarlier || (earlier.Count > 0 && VaultText.Encode(token.ToJson()).Length > MaxStoredLength))
        {
            without.Add(earlier[earlier.Count - 1]);
            earlier.RemoveAt(earlier.Count - 1);
        }
        dropped = without;
        return token;
    }

    /// <summary>The token as JSON.</summary>
    public string ToJson() => CanonicalJson.FromValue(new Dictionary<string, object?>
    {
        ["v"] = FormatVersion,
        ["host"] = Host,
        ["access_token"] = AccessToken,
        ["token_type"] = TokenType,
        ["issued_at"] = IssuedAt.ToUnixTimeMilliseconds(),
        ["expires_at"] = ExpiresAt.ToUnixTimeMilliseconds(),
        ["scopes_requested"] = ScopesRequested,
        ["scopes_granted"] = ScopesGranted,
        ["agent_id"] = AgentId,
        ["purpose"] = Purpose,
        ["endpoint"] = TokenEndpoint.AbsoluteUri,
        ["verify_endpoint"] = VerifyEndpoint.AbsoluteUri,
        ["revoke_endpoint"] = RevokeEndpoint.AbsoluteUri,
        ["endpoint_given"] = IsEndpointGiven,
        ["trusted_hosts"] = TrustedEndpointHosts,
        ["earlier"] = Earlier.Select(static e => new Dictionary<string, object?>
        {
            ["access_token"] = e.AccessToken,
            ["expires_at"] = e.ExpiresAt.ToUnixTimeMilliseconds(),
            ["revoke_endpoint"] = e.RevokeEndpoint.AbsoluteUri,
        }).ToList(),
    });

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonFormatException">The text is something else, or from a later version.</exception>
    public static StoredToken FromJson(string text)
    {
        var json = StrictJson.ParseObject(text);
        if (json.Integer("v") != FormatVersion) throw new JsonFormatException("The entry has a version that is not supported.");
        return new StoredToken
        {
            Host = Required(json, "host"),
            AccessToken = Required(json, "access_token"),
            TokenType = Required(json, "token_type"),
            IssuedAt = Time(json, "issued_at"),
            ExpiresAt = Time(json, "expires_at"),
            ScopesRequested = json.Texts("scopes_requested") ?? [],
            ScopesGranted = json.Texts("scopes_granted") ?? [],
            AgentId = Required(json, "agent_id"),
            Purpose = Required(json, "purpose"),
            TokenEndpoint = Address(json, "endpoint"),
            VerifyEndpoint = Address(json, "verify_endpoint"),
            RevokeEndpoint = Address(json, "revoke_endpoint"),
            IsEndpointGiven = json.Flag("endpoint_given") ?? false,
            TrustedEndpointHosts = json.Texts("trusted_hosts") ?? [],
            Earlier = ReadEarlier(json),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Host} ({string.Join(" ", ScopesRequested)})";

    private static List<EarlierToken> ReadEarlier(JsonObject json) => json["earlier"] switch
    {
        null => [],
        List<object?> list => list.ConvertAll(static item => item is JsonObject earlier
            ? new EarlierToken
            {
                AccessToken = Required(earlier, "access_token"),
                ExpiresAt = Time(earlier, "expires_at"),
                RevokeEndpoint = Address(earlier, "revoke_endpoint"),
            }
            : throw new JsonFormatException("'earlier' must be a list of objects.")),
        _ => throw new JsonFormatException("'earlier' must be a list."),
    };

    private static string Required(JsonObject json, string name) =>
        json.Text(name) ?? throw new JsonFormatException($"'{name}' is missing.");

    private static DateTimeOffset Time(JsonObject json, string name)
    {
        var milliseconds = json.Integer(name) ?? throw new JsonFormatException($"'{name}' is missing.");
        return milliseconds is >= 0 and <= UnixTime.MaxMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new JsonFormatException($"'{name}' is out of range.");
    }

    private static Uri Address(JsonObject json, string name) =>
        Uri.TryCreate(Required(json, name), UriKind.Absolute, out var uri)
            ? uri
            : throw new JsonFormatException($"'{name}' is not an address.");
}
