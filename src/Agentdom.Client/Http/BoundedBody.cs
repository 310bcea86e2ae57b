namespace Agentdom.Client;

/// <summary>Reads an answer's body up to a limit, however much the server sends.</summary>
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
        // On .NET Framework the token does not cancel a read that has begun.
        using var abort = cancel.Register(response.Dispose);
        using var stream = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
#endif
        return await BoundedReader.ReadAsync(stream, maxBytes, declaredLength: null, cancel).ConfigureAwait(false)
            ?? throw TooLarge(response, maxBytes);
    }

    private static AtpException TooLarge(HttpResponseMessage response, int maxBytes) => new(AtpError.AnswerInvalid,
        $"{response.RequestMessage!.RequestUri!.Authority} sent more than {maxBytes / 1024} KiB, and the rest was not read.",
        "This is not an AgentDOM answer: check the host's name.");
}
