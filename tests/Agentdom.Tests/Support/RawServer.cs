using System.Net;
using System.Net.Sockets;

namespace Agentdom.Tests.Support;

/// <summary>A loopback server that handles connections itself, one at a time, so that it can send any bytes.</summary>
internal abstract class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    private protected RawServer()
    {
        _listener.Start();
        _serving = AcceptAsync();
    }

    /// <summary>Its host and port.</summary>
    internal string Name => _listener.LocalEndpoint.ToString()!;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Stop();
        _end.Dispose();
    }

    /// <summary>Serves a connection, which is closed afterwards.</summary>
    private protected abstract Task ServeAsync(NetworkStream stream, CancellationToken end);

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await ServeAsync(client.GetStream(), _end.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The agent has disconnected, or the test is over.
            }
        }
    }
}
