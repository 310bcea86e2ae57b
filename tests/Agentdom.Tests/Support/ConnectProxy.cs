using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>A proxy for TLS (CONNECT, RFC 9110 §9.3.6) that leads every host to one loopback port.</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _requests = [];
    private readonly int _port;
    private readonly Task _serving;

    internal ConnectProxy(int port)
    {
        _port = port;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = ServeAsync();
    }

    internal string Address => $"http://127.0.0.1:{Port}";

    internal int Port { get; }

    /// <summary>The first line of each request.</summary>
    internal IReadOnlyList<string> Requests
    {
        get { lock (_requests) return [.. _requests]; }
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
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ConnectAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ConnectAsync(TcpClient client)
    {
        using var agent = client;
        using var server = new TcpClient();
        try
        {
            if (await FaultyProxy.ReadMessageAsync(agent.GetStream(), _end.Token) is not { } request) return;
            lock (_requests) _requests.Add(Encoding.ASCII.GetString(request).Split("\r\n")[0]);
            await server.ConnectAsync(IPAddress.Loopback, _port, _end.Token);
            await agent.GetStream().WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _end.Token);
            await Task.WhenAny(
                agent.GetStream().CopyToAsync(server.GetStream(), _end.Token),
                server.GetStream().CopyToAsync(agent.GetStream(), _end.Token));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The agent has disconnected, or the test is over.
        }
    }
}
