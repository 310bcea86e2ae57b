using System.Text;
using Agentdom.Core.Json;

namespace Agentdom.Core.Issuing;

/// <summary>What an issuer answers, for any transport to send: a status, a JSON body, perhaps a wait.</summary>
public sealed class IssuerReply
{
    private IssuerReply(int status, string json)
    {
        Status = status;
        Body = Encoding.UTF8.GetBytes(json);
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The body: JSON in UTF-8, to be sent as <c>application/json</c> with <c>Cache-Control: no-store</c>.</summary>
    public byte[] Body { get; }

    /// <summary>The protocol's error code, or null on success (protocol.md §5).</summary>
    public string? Error { get; private init; }

    /// <summary>The value of <c>Retry-After</c> in seconds, where one is to be sent.</summary>
    public int? RetryAfterSeconds { get; private init; }

    internal static IssuerReply Ok(IDictionary<string, object?> members) =>
        new(200, CanonicalJson.FromValue(members));

    internal static IssuerReply Refuse(int status, string code, string description, int? retryAfterSeconds = null, long? serverTime = null)
    {
        var members = new Dictionary<string, object?> { ["error"] = code, ["error_description"] = description };
        if (serverTime is not null) members["server_time"] = serverTime;
        return new IssuerReply(status, CanonicalJson.FromValue(members)) { Error = code, RetryAfterSeconds = retryAfterSeconds };
    }

    /// <summary>The request is unreadable, or a field is missing or out of bounds.</summary>
    public static IssuerReply InvalidRequest(string description) => Refuse(400, "invalid_request", description);

    /// <summary>The request is larger than the bound.</summary>
    public static IssuerReply TooLarge(int maxBytes) =>
        Refuse(413, "invalid_request", $"A request has at most {maxBytes} bytes.");

    /// <summary>The request is not declared as JSON.</summary>
    public static IssuerReply NotJson() =>
        Refuse(415, "invalid_request", "A request is sent with the content type application/json.");

    /// <summary>The issuer's state is out of reach.</summary>
    public static IssuerReply Unavailable() =>
        Refuse(503, "temporarily_unavailable", "The issuer cannot decide right now.", retryAfterSeconds: 1);
}
