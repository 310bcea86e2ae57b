namespace Agentdom.Protocol;

/// <summary>Reads a stream up to a limit, however much the other side would send.</summary>
internal static class BoundedReader
{
    /// <param name="stream">The stream.</param>
    /// <param name="maxBytes">The limit.</param>
    /// <param name="declaredLength">The length in bytes that the sender declared, if it did; at most <paramref name="maxBytes"/>.</param>
    /// <param name="cancel">Cancels the read.</param>
    /// <returns>What was read, or null if the stream has more than <paramref name="maxBytes"/>.</returns>
    internal static async ValueTask<byte[]?> ReadAsync(Stream stream, int maxBytes, long? declaredLength, CancellationToken cancel)
    {
        // Without a declared length, one byte beyond the limit shows that there is more.
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
