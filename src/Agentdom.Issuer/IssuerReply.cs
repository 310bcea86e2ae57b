using System.Text;

namespace Agentdom.Issuer;

/// <summary>What an issuer answers, for any transport to send: a status, a JSON body, perhaps a wait.</summary>
public sealed class IssuerReply
{
    private IssuerReply(int status, string outcome, IDictionary<string, object?> members)
    {
        Status = status;
        Outcome = outcome;
        Body = Encoding.UTF8.GetBytes(CanonicalJson.FromValue(members));
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The body: JSON in UTF-8, to be sent as <c>application/json</c> with <c>Cache-Control: no-store</c>.</summary>
    public byte[] Body { get; }

    /// <summary>
    /// What was decided, as a stable word for logs and metrics: <c>issued</c>, <c>valid</c>, <c>invalid</c>, <c>revoked</c>,
    /// <c>nothing_to_revoke</c>, or the protocol's error code (protocol.md §5).
    /// </summary>
    public string Outcome { get; }

    /// <summary>The agent that it is about, once a signature or a token has proved who that is; else null.</summary>
    public string? AgentId { get; private set; }

    /// <summary>The scopes it is about, where <see cref="AgentId"/> is known.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>The <c>jti</c> of the token it is about, where there is one. It names the token and opens nothing.</summary>
    public string? TokenId { get; private set; }

    /// <summary>Why the state was out of reach, where it was.</summary>
    public IssuerStateException? StateFailure { get; private init; }

    /// <summary>The value of <c>Retry-After</c> in seconds, where one is to be sent.</summary>
    public int? RetryAfterSeconds { get; private init; }

    internal static IssuerReply Ok(string outcome, IDictionary<string, object?> members) => new(200, outcome, members);

    internal static IssuerReply Refuse(int status, string code, string description, long? serverTime = null)
    {
        var members = Refusal(code, description);
        if (serverTime is not null) members["server_time"] = serverTime;
        return new IssuerReply(status, code, members);
    }

    /// <summary>The request is unreadable, or a field is missing or out of bounds.</summary>
    public static IssuerReply InvalidRequest(string description) => Refuse(400, "invalid_request", description);

    /// <summary>The request is larger than the bound.</summary>
    public static IssuerReply TooLarge(int maxBytes) =>
        Refuse(413, "invalid_request", $"A request has at most {maxBytes} bytes.");

    /// <summary>The request is not declared as JSON.</summary>
    public static IssuerReply NotJson() =>
        Refuse(415, "invalid_request", "A request is sent with the content type application/json.");

    /// <summary>There were too many requests.</summary>
    /// <param name="wait">How long to wait; at least a second is asked for.</param>
    public static IssuerReply RateLimited(TimeSpan wait) =>
        new(429, "rate_limited", Refusal("rate_limited", "There were too many requests. Wait before the next one."))
        {
            RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
        };

    /// <summary>The issuer's state is out of reach.</summary>
    public static IssuerReply Unavailable(IssuerStateException failure) =>
        new(503, "temporarily_unavailable", Refusal("temporarily_unavailable", "The issuer cannot decide right now."))
        {
            RetryAfterSeconds = 1,
            StateFailure = failure,
        };

    internal IssuerReply About(string agentId, IReadOnlyList<string> scopes, string? tokenId = null)
    {
        AgentId = agentId;
        Scopes = scopes;
        TokenId ??= tokenId;
        return this;
    }

    private static Dictionary<string, object?> Refusal(string code, string description) =>
        new() { ["error"] = code, ["error_description"] = description };
}
