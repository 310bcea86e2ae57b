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

    /// <returns>The body, or the reply that refuses it.</returns>
    internal static async ValueTask<(byte[] Body, IssuerReply? Refusal)> ReadAsync(
        HttpRequest request, int maxBytes, CancellationToken cancel)
    {
        try
        {
            return await RequestBody.ReadAsync(request.Body, request.ContentType, request.ContentLength, maxBytes, cancel);
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
