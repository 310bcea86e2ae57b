using System.Net.Http.Headers;

namespace Agentdom.Core.Issuing;

/// <summary>Reads a request's body within the protocol's bounds, for any server (protocol.md §4 and §5).</summary>
internal static class RequestBody
{
    private const string Json = "application/json";

    /// <param name="body">What was sent.</param>
    /// <param name="contentType">The request's <c>Content-Type</c>, where it has one.</param>
    /// <param name="declaredLength">The request's <c>Content-Length</c> in bytes, where it has one.</param>
    /// <param name="maxBytes">The bound.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>The body, or the reply that refuses it.</returns>
    internal static async ValueTask<(byte[] Body, IssuerReply? Refusal)> ReadAsync(
        Stream body, string? contentType, long? declaredLength, int maxBytes, CancellationToken cancel)
    {
        if (!IsJson(contentType)) return ([], IssuerReply.NotJson());
        if (declaredLength > maxBytes) return ([], IssuerReply.TooLarge(maxBytes));

        // One byte beyond the bound shows that there is more, also where no length was declared.
        var buffer = new byte[(int)(declaredLength ?? maxBytes + 1)];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await body.ReadAsync(buffer, length, buffer.Length - length, cancel).ConfigureAwait(false);
            if (read == 0) break;
            length += read;
        }
        if (length > maxBytes) return ([], IssuerReply.TooLarge(maxBytes));
        return (length == buffer.Length ? buffer : buffer.AsSpan(0, length).ToArray(), null);
    }

    private static bool IsJson(string? contentType)
    {
        if (contentType == Json) return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && string.Equals(type.MediaType, Json, StringComparison.OrdinalIgnoreCase)
            && (type.CharSet is not { Length: > 0 } charset || string.Equals(charset.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
