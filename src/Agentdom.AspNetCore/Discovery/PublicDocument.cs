using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Agentdom.AspNetCore;

/// <summary>Sends a document that is the same for everyone, also for scripts of other sites.</summary>
internal static class PublicDocument
{
    /// <summary>How long caches may keep it. A new key is known everywhere that much later.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    internal static Task WriteAsync(HttpResponse response, byte[] json)
    {
        response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={Lifetime.TotalSeconds}");
        response.Headers.AccessControlAllowOrigin = "*";
        return ReplyWriter.WriteJsonAsync(response, json);
    }
}
