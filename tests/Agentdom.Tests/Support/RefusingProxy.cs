using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>An HTTP proxy that answers each request with a status and closes the connection.</summary>
internal sealed class RefusingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _asked = [];
    private readonly int _status;
    private readonly Task _serving;

    internal RefusingProxy(int status)
    {
        _status = status;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Its host and port.</summary>
    internal string Name => _listener.LocalEndpoint.ToString()!;

    /// <summary>The first line and the headers of each request.</summary>
    internal IReadOnlyList<string> Asked
    {
        get { lock (_asked) return [.. _asked]; }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Stop();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                if (await FaultyProxy.ReadMessageAsync(client.GetStream(), _end.Token) is not { } request) continue;
                lock (_asked) _asked.Add(Encoding.Latin1.GetString(request));
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {_status} No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"), _end.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The agent has disconnected, or the test is over.
            }
        }
    }
}
