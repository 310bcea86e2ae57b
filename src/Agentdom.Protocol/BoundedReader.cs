namespace Agentdom.Protocol;

/// <summary>Reads a stream up to a limit, however much the sender has.</summary>
internal static class BoundedReader
{
    /// <param name="stream">The stream.</param>
    /// <param name="maxBytes">The limit.</param>
    /// <param name="declaredLength">The declared length in bytes, at most <paramref name="maxBytes"/>, or null.</param>
    /// <param name="cancel">Cancels the read.</param>
    /// <returns>The bytes, or null if the stream has more than <paramref name="maxBytes"/>.</returns>
    internal static async ValueTask<byte[]?> ReadAsync(Stream stream, int maxBytes, long? declaredLength, CancellationToken cancel)
    {
        // Without a declared length, one extra byte shows whether the stream is over the limit.
        var buffer = new byte[(int)(declaredLength ?? maxBytes + 1)];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer, length, buffer.Length - length, cancel).ConfigureAwait(false);
            if (read == 0) break;
            length += read;
        }
        if (length > maxBytes) return null;
        return length == buffer.Length ? buffer : buffer.AsSpan(0, length).ToArray();
    }
}
