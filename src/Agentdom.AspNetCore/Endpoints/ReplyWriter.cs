using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Agentdom.AspNetCore;

/// <summary>Sends an issuer's reply.</summary>
internal static class ReplyWriter
{
    internal static Task WriteAsync(HttpResponse response, IssuerReply reply)
    {
        WriteHead(response, reply);
        return reply.Status == StatusCodes.Status204NoContent ? Task.CompletedTask : WriteJsonAsync(response, reply.Body);
    }

    /// <summary>
    /// Sets the status and the headers and sends nothing, so that the endpoint's other authentication schemes can add theirs.
    /// </summary>
    internal static void WriteHead(HttpResponse response, IssuerReply reply)
    {
        response.StatusCode = reply.Status;
        response.Headers.CacheControl = "no-store";
        if (reply.RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Sends JSON, or only its type and length if the request is HEAD.</summary>
    internal static async Task WriteJsonAsync(HttpResponse response, byte[] json)
    {
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        if (HttpMethods.IsHead(response.HttpContext.Request.Method)) return;
        await response.Body.WriteAsync(json, response.HttpContext.RequestAborted);
    }
}
