using Microsoft.AspNetCore.Http;

namespace Agentdom.AspNetCore;

/// <summary>Reads the members of a request, strictly.</summary>
internal static class AdministrationBody
{
    internal const int MaxBytes = 16 * 1024;

    /// <returns>The members, or the reply that refuses the body. A request without a body has no members.</returns>
    /// <exception cref="JsonFormatException">The body is not a JSON object, or is ambiguous.</exception>
    internal static async Task<(JsonObject Members, IssuerReply? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (!HttpBody.IsThere(request)) return (new JsonObject(), null);
        var (body, refusal) = await HttpBody.ReadAsync(request, MaxBytes, cancel);
        return refusal is null ? (StrictJson.ParseObject(body), null) : (new JsonObject(), refusal);
    }
}
