using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>
/// An issuer that grants one token for each path and then refuses. Its refusals echo the request and the secret that signed it:
/// in the error description, as text, in the older envelope, in headers, in malformed headers, in the status line.
/// </summary>
internal sealed class EchoingIssuer(string secret) : RawServer
{
    private readonly HashSet<string> _granted = [];
    private readonly ConcurrentQueue<string> _sensitive = new();

    /// <summary>The granted tokens and the received signatures.</summary>
    internal IReadOnlyList<string> Sensitive => [.. _sensitive];

    internal int Echoes { get; private set; }

    private protected override async Task ServeAsync(NetworkStream stream, CancellationToken end)
    {
        if (await FaultyProxy.ReadMessageAsync(stream, end) is { } request)
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Answer(Encoding.UTF8.GetString(request))), end);
    }

    private string Answer(string request)
    {
        var path = request.Split(' ')[1];
        var sent = StrictJson.ParseObject(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        if (sent.Text("signature") is { } signature) _sensitive.Enqueue(signature);
        if (_granted.Add(path) && sent.Has("signature"))
        {
            var token = $"eyJhbGciOiJIUzI1NiJ9.{Random()}.{Random()}";
            _sensitive.Enqueue(token);
            return Http("200 OK", $$"""{"token":"{{token}}","expires_in":3600}""");
        }
        Echoes++;
        var echo = $"{sent.Text("signature")} {sent.Text("token")} {(sent.Has("signature") ? secret : "")}";
        return path.Split('/')[1] switch
        {
            "description" => Http("401 Unauthorized", $$"""{"error":"invalid_signature","error_description":"{{echo}}"}"""),
            "text" => Http("400 Bad Request", echo),
            "envelope" => Http("403 Forbidden", $$"""{"ok":false,"error":"{{echo}}","hint":"{{echo}}"}"""),
            "header" => Http(
                "401 Unauthorized", """{"error":"invalid_signature"}""", $"WWW-Authenticate: Bearer {echo}", $"X-Echo: {echo}"),
            "line" => Http("200 OK", "{}", echo),
            _ => Http($"four-hundred {echo}", "{}"),
        };
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(40));

    private static string Http(string status, string body, params string[] headers) => string.Join("\r\n",
        [
            $"HTTP/1.1 {status}", "Content-Type: application/json", $"Content-Length: {body.Length}", "Connection: close",
            .. headers, "", body,
        ]);
}
