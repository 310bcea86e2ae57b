using System.Net.Http.Headers;

namespace Agentdom.Issuer;

/// <summary>Reads a request's body within the protocol's limits, for any server (protocol.md §4 and §5).</summary>
internal static class RequestBody
{
    internal const string Json = "application/json";
    internal const string Form = "application/x-www-form-urlencoded";

    /// <param name="body">The body.</param>
    /// <param name="contentType">The request's <c>Content-Type</c>, or null.</param>
    /// <param name="expected">The type that it must have: <see cref="Json"/> or <see cref="Form"/>.</param>
    /// <param name="declaredLength">The request's <c>Content-Length</c> in bytes, or null.</param>
    /// <param name="maxBytes">The maximum size in bytes.</param>
    /// <param name="cancel">Cancels the read.</param>
    /// <returns>The body, or the reply that refuses it.</returns>
    internal static async ValueTask<(byte[] Body, IssuerReply? Refusal)> ReadAsync(
        Stream body, string? contentType, string expected, long? declaredLength, int maxBytes, CancellationToken cancel)
    {
        if (!Is(contentType, expected)) return ([], IssuerReply.WrongType(expected));
        if (declaredLength > maxBytes) return ([], IssuerReply.TooLarge(maxBytes));

        return await BoundedReader.ReadAsync(body, maxBytes, declaredLength, cancel).ConfigureAwait(false) is { } whole
            ? (whole, null)
            : ([], IssuerReply.TooLarge(maxBytes));
    }

    /// <summary>Whether a content type is this one, in UTF-8.</summary>
    internal static bool Is(string? contentType, string expected)
    {
        if (contentType == expected) return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && string.Equals(type.MediaType, expected, StringComparison.OrdinalIgnoreCase)
            && (type.CharSet is not { Length: > 0 } charset
                || string.Equals(charset.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
