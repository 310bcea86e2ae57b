namespace Agentdom.Client;

/// <summary>Whether a request's body can be sent twice.</summary>
internal static class ReplayableContent
{
    internal const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// Buffers a body of known length up to 1 MiB, or an object that is sent as JSON, whose length nobody knows before.
    /// </summary>
    /// <returns>False where the body is larger or a stream of unknown length, which is left as it is.</returns>
    internal static async Task<bool> PrepareAsync(HttpContent? content)
    {
        if (content is null) return true;
        if (content.Headers.ContentLength is { } length ? length > MaxBytes : !IsObject(content)) return false;
        await content.LoadIntoBufferAsync().ConfigureAwait(false);
        return true;
    }

#if NET
    // What is produced while it is sent may never end.
    private static bool IsObject(HttpContent content) => content is System.Net.Http.Json.JsonContent json
        && json.Value?.GetType().GetInterfaces().Any(static i =>
            i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)) != true;
#else
    private static bool IsObject(HttpContent content) => false;
#endif
}
