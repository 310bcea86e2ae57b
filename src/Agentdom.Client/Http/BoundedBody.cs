using System.IO.Compression;

namespace Agentdom.Client;

/// <summary>Reads an answer's body up to a limit, however much the server sends and whatever it decompresses to.</summary>
internal static class BoundedBody
{
    /// <exception cref="AtpException"><see cref="AtpError.AnswerInvalid"/>: the body is larger, or its encoding cannot be read.</exception>
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
        var body = await LimitedAsync(stream).ConfigureAwait(false);
        // No compression is asked for, but some servers and proxies compress anyway.
        var encodings = response.Content.Headers.ContentEncoding
            .Where(static e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)).ToList();
        if (encodings.Count == 0 || body.Length == 0) return body;
        try
        {
            using var decoded = encodings.Count == 1 ? Decoding(encodings[0].ToLowerInvariant(), body) : null;
            return decoded is not null
                ? await LimitedAsync(decoded).ConfigureAwait(false)
                : throw Unreadable(response, string.Join(", ", encodings));
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw Unreadable(response, encodings[0]);
        }

        async Task<byte[]> LimitedAsync(Stream source) =>
            await BoundedReader.ReadAsync(source, maxBytes, declaredLength: null, cancel).ConfigureAwait(false)
            ?? throw TooLarge(response, maxBytes);
    }

    private static Stream? Decoding(string encoding, byte[] body) => encoding switch
    {
        "gzip" or "x-gzip" => new GZipStream(new MemoryStream(body), CompressionMode.Decompress),
        "deflate" => new DeflateStream(new MemoryStream(body) { Position = ZlibHeader(body) }, CompressionMode.Decompress),
#if NET
        "br" => new BrotliStream(new MemoryStream(body), CompressionMode.Decompress),
#endif
        _ => null,
    };

    // "deflate" is the zlib format (RFC 9110 §8.4.1.2), but some servers send the bare one, without its two bytes.
    private static int ZlibHeader(byte[] body) =>
        body.Length >= 2 && (body[0] & 0x0f) == 8 && ((body[0] << 8) | body[1]) % 31 == 0 ? 2 : 0;

    private static AtpException TooLarge(HttpResponseMessage response, int maxBytes) => new(AtpError.AnswerInvalid,
        $"{response.RequestMessage!.RequestUri!.Authority} sent more than {maxBytes / 1024} KiB, and the rest was not read.",
        "This is not an AgentDOM answer: check the host's name.");

    private static AtpException Unreadable(HttpResponseMessage response, string encoding) => new(AtpError.AnswerInvalid,
        $"{response.RequestMessage!.RequestUri!.Authority} sent a body that cannot be decompressed (Content-Encoding: "
            + $"{Printable.Excerpt(encoding)}).",
        "No compression was asked for: tell the provider, or whoever runs the proxy in between.");
}
