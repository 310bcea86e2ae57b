namespace Agentdom.Core.Client;

/// <summary>Reads an answer's body up to a bound, however much the server would send.</summary>
internal static class BoundedBody
{
    /// <exception cref="AtpException"><see cref="AtpError.AnswerInvalid"/>: the body is larger.</exception>
    internal static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancel)
    {
        if (response.Content is null) return [];
        if (response.Content.Headers.ContentLength > maxBytes) throw TooLarge(response, maxBytes);
#if NET
        using var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
#else
        // There a read that has begun does not listen to the token.
        using var abort = cancel.Register(response.Dispose);
        using var stream = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
#endif
        var buffer = new byte[maxBytes + 1];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer, length, buffer.Length - length, cancel).ConfigureAwait(false);
            if (read == 0) break;
            length += read;
        }
        if (length > maxBytes) throw TooLarge(response, maxBytes);
        return buffer.AsSpan(0, length).ToArray();
    }

    private static AtpException TooLarge(HttpResponseMessage response, int maxBytes) => new(AtpError.AnswerInvalid,
        $"{response.RequestMessage!.RequestUri!.Authority} sent more than {maxBytes / 1024} KiB, and the rest was not read.",
        "This is no AgentDOM answer: check the host's name.");
}
