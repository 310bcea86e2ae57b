namespace Agentdom.Protocol;

/// <summary>Reads a stream up to a limit, however much the sender has.</summary>
internal static class BoundedReader
{
    // Most bodies are small, and the limit can be megabytes.
    private const int FirstBytes = 16 * 1024;

    /// <param name="stream">The stream.</param>
    /// <param name="maxBytes">The limit.</param>
    /// <param name="declaredLength">The declared length in bytes, at most <paramref name="maxBytes"/>, or null.</param>
    /// <param name="cancel">Cancels the read.</param>
    /// <returns>The bytes, or null if the stream has more than <paramref name="maxBytes"/>.</returns>
    internal static async ValueTask<byte[]?> ReadAsync(Stream stream, int maxBytes, long? declaredLength, CancellationToken cancel)
    {
        // Without a declared length, one extra byte shows whether the stream is over the limit.
        var most = (int)(declaredLength ?? maxBytes + 1);
        var buffer = new byte[declaredLength is null ? Math.Min(most, FirstBytes) : most];
        var length = 0;
        while (length < most)
        {
            if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(most, length * 2));
            var read = await stream.ReadAsync(buffer, length, buffer.Length - length, cancel).ConfigureAwait(false);
            if (read == 0) break;
            length += read;
        }
        if (length > maxBytes) return null;
        return length == buffer.Length ? buffer : buffer.AsSpan(0, length).ToArray();
    }
}
