using System.Net.Sockets;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>An HTTP proxy that answers each request with a status and closes the connection.</summary>
internal sealed class RefusingProxy(int status) : RawServer
{
    private readonly List<string> _asked = [];

    /// <summary>The first line and the headers of each request.</summary>
    internal IReadOnlyList<string> Asked
    {
        get { lock (_asked) return [.. _asked]; }
    }

    private protected override async Task ServeAsync(NetworkStream stream, CancellationToken end)
    {
        if (await FaultyProxy.ReadMessageAsync(stream, end) is not { } request) return;
        lock (_asked) _asked.Add(Encoding.Latin1.GetString(request));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"), end);
    }
}
