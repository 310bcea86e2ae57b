using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Agentdom.AspNetCore;

/// <summary>Sends an issuer's reply.</summary>
internal static class ReplyWriter
{
    internal static async Task WriteAsync(HttpResponse response, IssuerReply reply)
    {
        response.StatusCode = reply.Status;
        response.ContentType = "application/json";
        response.ContentLength = reply.Body.Length;
        response.Headers.CacheControl = "no-store";
        if (reply.RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await response.Body.WriteAsync(reply.Body, response.HttpContext.RequestAborted);
    }
}
