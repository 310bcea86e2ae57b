namespace Agentdom.Client;

/// <summary>Whether a request's body can be sent twice.</summary>
internal static class ReplayableContent
{
    internal const int MaxBytes = 1024 * 1024;

    /// <summary>Buffers a body of known length up to 1 MiB, or <c>JsonContent</c>, whose length is not known in advance.</summary>
    /// <returns>False if the body is larger or a stream of unknown length. It is then left unchanged.</returns>
    internal static async Task<bool> PrepareAsync(HttpContent? content)
    {
        if (content is null) return true;
        if (content.Headers.ContentLength is { } length ? length > MaxBytes : !IsObject(content)) return false;
        await content.LoadIntoBufferAsync().ConfigureAwait(false);
        return true;
    }

#if NET
    // A sequence that is generated while it is sent may be endless.
    private static bool IsObject(HttpContent content) => content is System.Net.Http.Json.JsonContent json
        && json.Value?.GetType().GetInterfaces().Any(static i =>
            i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)) != true;
#else
    private static bool IsObject(HttpContent content) => false;
#endif
}
