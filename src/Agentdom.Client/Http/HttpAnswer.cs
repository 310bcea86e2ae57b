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

    /// <summary>The server's clock, from its Date header.</summary>
    internal DateTimeOffset? Date { get; init; }

    internal CacheControlHeaderValue? CacheControl { get; init; }

    internal TimeSpan? RetryAfter { get; init; }

    internal bool IsSuccess => Status is >= 200 and < 300;

    internal bool IsRedirect => Status is >= 300 and < 400;

    /// <summary>Whether an agent may retry (protocol.md §5).</summary>
    internal bool IsTransient => Status is 429 or 502 or 503 or 504;

    /// <summary>The error in the body, as RFC 6749, AgentDOM's older envelope or plain text (protocol.md §5).</summary>
    internal (string Code, string Text, long? ServerTime) Error()
    {
        try
        {
            var json = StrictJson.ParseAnswer(Body);
            var isEnvelope = json.Has("ok");
            var code = json.Text("error") ?? "";
            var text = isEnvelope ? $"{code} {json.Text("hint")}" : json.Text("error_description") ?? code;
            // A time out of range counts as none.
            var serverTime = json["server_time"] is double milliseconds and >= 0 and <= UnixTime.MaxMilliseconds
                ? (long?)milliseconds
                : null;
            return (isEnvelope ? "" : code, text.Trim(), serverTime);
        }
        catch (JsonFormatException)
        {
            var text = Encoding.UTF8.GetString(Body).Trim();
            return ("", text.StartsWith("<", StringComparison.Ordinal) ? "" : text, null);
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
}
