using System.Globalization;
using System.Net;

namespace Agentdom.Issuer;

/// <summary>A complete HTTP answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON in UTF-8, or empty.</param>
internal sealed record LoopbackAnswer(int Status, byte[] Body)
{
    /// <summary>An additional header.</summary>
    internal (string Name, string Value)? Header { get; init; }

    internal static LoopbackAnswer Empty(int status, string? header = null, string? value = null) =>
        new(status, []) { Header = header is null ? null : (header, value!) };

    internal static LoopbackAnswer Of(IssuerReply reply) => new(reply.Status, reply.Body)
    {
        Header = reply.RetryAfterSeconds is { } seconds ? ("Retry-After", seconds.ToString(CultureInfo.InvariantCulture)) : null,
    };

    internal async Task SendAsync(HttpListenerContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        // For the manifest too, because another server may use the same port later.
        response.AddHeader("Cache-Control", "no-store");
        // On .NET Framework the header collection's indexer refuses WWW-Authenticate; this method accepts it.
        if (Header is var (name, value)) response.AddHeader(name, value);
        response.ContentLength64 = Body.Length;
        if (Body.Length > 0)
        {
            response.ContentType = "application/json";
            // HttpListener would send the body after the headers of an answer to HEAD.
            if (context.Request.HttpMethod != "HEAD")
                await response.OutputStream.WriteAsync(Body, 0, Body.Length).ConfigureAwait(false);
        }
        response.Close();
    }
}
