using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Agentdom.AspNetCore;

/// <summary>Reads the body of a request to one of this library's endpoints.</summary>
internal static class HttpBody
{
    /// <summary>Whether a request has a body, which may be empty if its length was not declared.</summary>
    internal static bool IsThere(HttpRequest request) => request.ContentLength is { } length
        ? length > 0
        : request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;

    /// <param name="request">The request.</param>
    /// <param name="type">The content type that it must have: one of <see cref="RequestBody"/>.</param>
    /// <param name="maxBytes">The maximum size in bytes.</param>
    /// <param name="cancel">Cancels the read.</param>
    /// <returns>The body, or the reply that refuses it.</returns>
    internal static async ValueTask<(byte[] Body, IssuerReply? Refusal)> ReadAsync(
        HttpRequest request, string type, int maxBytes, CancellationToken cancel)
    {
        try
        {
            return await RequestBody.ReadAsync(request.Body, request.ContentType, type, request.ContentLength, maxBytes, cancel);
        }
        catch (IOException e) when (!cancel.IsCancellationRequested)
        {
            // The body is malformed, incomplete or too slow. Kestrel would log this as the app's error and answer 500 to some.
            return ([], e is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                ? IssuerReply.TooLarge(maxBytes)
                : IssuerReply.InvalidRequest("The body could not be read completely."));
        }
    }
}
