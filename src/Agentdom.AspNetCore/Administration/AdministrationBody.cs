using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Agentdom.AspNetCore;

/// <summary>Reads the members of a request, strictly.</summary>
internal static class AdministrationBody
{
    internal const int MaxBytes = 16 * 1024;

    /// <summary>
    /// Reads the body, which must be declared as JSON even if it is empty. Otherwise a form or script of another site could send the
    /// request with the credentials of an operator's browser: without JSON, browsers ask the server only before a DELETE.
    /// </summary>
    /// <returns>The members, or the reply that refuses the body. A request without a body has no members.</returns>
    /// <exception cref="JsonFormatException">The body is not a JSON object, or is ambiguous.</exception>
    internal static async Task<(JsonObject Members, IssuerReply? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (HttpMethods.IsDelete(request.Method) && request.ContentType is null && !HasBody(request)) return (new JsonObject(), null);
        var (body, refusal) = await HttpBody.ReadAsync(request, MaxBytes, cancel);
        return refusal is null && body.Length > 0 ? (StrictJson.ParseObject(body), null) : (new JsonObject(), refusal);
    }

    private static bool HasBody(HttpRequest request) => request.ContentLength is { } length
        ? length > 0
        : request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
}
