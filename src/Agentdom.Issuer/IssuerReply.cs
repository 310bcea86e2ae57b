namespace Agentdom.Issuer;

/// <summary>An issuer's answer, for any transport to send: a status, a JSON body and an optional <c>Retry-After</c>.</summary>
public sealed class IssuerReply
{
    // Null is no body.
    private IssuerReply(int status, string outcome, object? json)
    {
        Status = status;
        Outcome = outcome;
        Body = json is null ? [] : CanonicalJson.Utf8FromValue(json);
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>
    /// The body: JSON in UTF-8, or empty if the status is 204. Send it as <c>application/json</c> with <c>Cache-Control: no-store</c>.
    /// </summary>
    public byte[] Body { get; }

    /// <summary>
    /// The decision, as a stable word for logs and metrics: <c>issued</c>, <c>valid</c>, <c>invalid</c>, <c>revoked</c>,
    /// <c>nothing_to_revoke</c>, or the protocol's error code (protocol.md §5).
    /// </summary>
    public string Outcome { get; }

    /// <summary>The agent's id, or null if no signature or token has proved it.</summary>
    public string? AgentId { get; private set; }

    /// <summary>The scopes; empty if <see cref="AgentId"/> is null.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>The token's <c>jti</c>, or null if there is no token. It identifies the token and grants no access.</summary>
    public string? TokenId { get; private set; }

    /// <summary>The id under which an agent manages the token, or null (protocol.md §10).</summary>
    internal string? ManagedId { get; private set; }

    /// <summary>What the agent calls itself, which nothing proves, or null (protocol.md §10).</summary>
    internal string? Label { get; private set; }

    /// <summary>Why the state failed, or null if it did not.</summary>
    public IssuerStateException? StateFailure { get; private init; }

    /// <summary>The value of <c>Retry-After</c> in seconds, or null for no such header.</summary>
    public int? RetryAfterSeconds { get; private init; }

    internal static IssuerReply Ok(string outcome, IDictionary<string, object?> members, int status = 200) =>
        new(status, outcome, members);

    internal static IssuerReply OkList(string outcome, IEnumerable<IDictionary<string, object?>> items) => new(200, outcome, items);

    internal static IssuerReply NoContent(string outcome) => new(204, outcome, null);

    internal static IssuerReply Refuse(int status, string code, string description, long? serverTime = null)
    {
        var members = Refusal(code, description);
        if (serverTime is not null) members["server_time"] = serverTime;
        return new IssuerReply(status, code, members);
    }

    /// <summary>The request cannot be read, or a field is missing or out of range.</summary>
    public static IssuerReply InvalidRequest(string description) => Refuse(400, "invalid_request", description);

    /// <summary>The request is too large.</summary>
    public static IssuerReply TooLarge(int maxBytes) =>
        Refuse(413, "invalid_request", $"A request has at most {maxBytes} bytes.");

    /// <summary>The request is not declared as JSON.</summary>
    public static IssuerReply NotJson() => WrongType(RequestBody.Json);

    internal static IssuerReply WrongType(string expected) =>
        Refuse(415, "invalid_request", $"The content type must be {expected}.");

    /// <summary>There were too many requests.</summary>
    /// <param name="wait">How long to wait, rounded up to at least one second.</param>
    public static IssuerReply RateLimited(TimeSpan wait) =>
        RateLimited(wait, "There were too many requests. Wait before the next one.");

    internal static IssuerReply RateLimited(TimeSpan wait, string description) =>
        new(429, "rate_limited", Refusal("rate_limited", description))
        {
            RetryAfterSeconds = WholeSeconds(wait),
        };

    /// <summary>The issuer's state is unavailable or full.</summary>
    public static IssuerReply Unavailable(IssuerStateException failure) =>
        new(503, "temporarily_unavailable", Refusal("temporarily_unavailable", "The issuer is temporarily unavailable."))
        {
            RetryAfterSeconds = WholeSeconds(failure.RetryAfter ?? TimeSpan.Zero),
            StateFailure = failure,
        };

    internal IssuerReply About(string agentId, IReadOnlyList<string> scopes, string? tokenId = null)
    {
        AgentId = agentId;
        Scopes = scopes;
        TokenId ??= tokenId;
        return this;
    }

    internal IssuerReply Managed(string? id, string? label = null)
    {
        (ManagedId, Label) = (id, label);
        return this;
    }

    private static int WholeSeconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));

    private static Dictionary<string, object?> Refusal(string code, string description) =>
        new() { ["error"] = code, ["error_description"] = description };
}
