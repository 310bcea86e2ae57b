using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Agentdom.Client;

/// <summary>An HTTP answer with its complete body.</summary>
internal sealed class HttpAnswer
{
    internal required Uri Uri { get; init; }

    internal required int Status { get; init; }

    internal required byte[] Body { get; init; }

    internal string? MediaType { get; init; }

    /// <summary>The name of the program that answered, as its Server header says it, or null.</summary>
    internal string? Server { get; init; }

    /// <summary>Where a redirect points, as host and port, or null.</summary>
    internal string? RedirectsTo { get; init; }

    /// <summary>The server's clock, from its Date header.</summary>
    internal DateTimeOffset? Date { get; init; }

    internal CacheControlHeaderValue? CacheControl { get; init; }

    internal TimeSpan? RetryAfter { get; init; }

    internal bool IsSuccess => Status is >= 200 and < 300;

    internal bool IsRedirect => Status is >= 300 and < 400;

    /// <summary>Whether an agent may retry (protocol.md §5).</summary>
    internal bool IsTransient => Status is 429 or 502 or 503 or 504;

    /// <summary>Whether the body is HTML, as firewalls, captive portals and web servers send it.</summary>
    internal bool IsWebPage
    {
        get
        {
            var text = BodyText();
            return text.StartsWith("<", StringComparison.Ordinal)
                && (MediaType is "text/html" or "application/xhtml+xml"
                    || text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
                    || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>
    /// The error in the body: as RFC 6749, AgentDOM's older envelope (protocol.md §5), RFC 9457 or plain text.
    /// </summary>
    internal AnswerError Error()
    {
        try
        {
            var json = StrictJson.ParseAnswer(Body);
            var error = json["error"] as string ?? "";
            var isEnvelope = json["ok"] is bool;
            var description = json["error_description"] as string;
            var text = isEnvelope
                ? $"{error} {json["hint"] as string}".Trim()
                : description ?? json["detail"] as string ?? json["title"] as string ?? error;
            // A time out of range counts as none.
            var serverTime = json.NumberOrNull("server_time") is double milliseconds and >= 0 and <= UnixTime.MaxMilliseconds
                ? (long?)milliseconds
                : null;
            return new AnswerError(isEnvelope ? "" : error, text, serverTime,
                IsFromIssuer: isEnvelope || (error.Length > 0 && description is not null));
        }
        catch (JsonFormatException)
        {
            var raw = BodyText();
            return new AnswerError("", raw.StartsWith("<", StringComparison.Ordinal) ? "" : raw, null, IsFromIssuer: false);
        }
    }

    /// <summary>The wait that the server asks for, from its header or from the older envelope's milliseconds.</summary>
    internal static TimeSpan? ReadRetryAfter(RetryConditionHeaderValue? header, byte[] body, DateTimeOffset now)
    {
        if (header?.Delta is { } delta) return delta;
        if (header?.Date is { } date) return date > now ? date - now : TimeSpan.Zero;
        if (body.Length == 0 || body[0] != (byte)'{') return null;
        try
        {
            var milliseconds = StrictJson.ParseAnswer(body).Number("retry_after");
            return milliseconds is >= 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(milliseconds.Value) : null;
        }
        catch (JsonFormatException)
        {
            return null;
        }
    }

    public override string ToString() => string.Format(CultureInfo.InvariantCulture, "{0} from {1}", Status, Uri);

    private string BodyText() => Encoding.UTF8.GetString(Body).Trim('\uFEFF', ' ', '\t', '\r', '\n');
}
