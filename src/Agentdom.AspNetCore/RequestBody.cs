using Agentdom.Core.Issuing;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Agentdom.AspNetCore;

/// <summary>Reads a request's body within the protocol's bound (protocol.md §4 and §5).</summary>
internal static class RequestBody
{
    /// <returns>The body, or the reply that refuses it.</returns>
    internal static async ValueTask<(byte[] Body, IssuerReply? Refusal)> ReadAsync(HttpRequest request, int maxBytes)
    {
        if (!IsJson(request.ContentType)) return ([], IssuerReply.NotJson());
        if (request.ContentLength > maxBytes) return ([], IssuerReply.TooLarge(maxBytes));

        // One byte beyond the bound shows that there is more, also where no length was declared.
        var buffer = new byte[(int)(request.ContentLength ?? maxBytes + 1)];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), request.HttpContext.RequestAborted);
            if (read == 0) break;
            length += read;
        }
        if (length > maxBytes) return ([], IssuerReply.TooLarge(maxBytes));
        return (length == buffer.Length ? buffer : buffer[..length], null);
    }

    private static bool IsJson(string? contentType)
    {
        if (contentType == "application/json") return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }
}
