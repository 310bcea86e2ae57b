using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>Reads complete HTTP requests and answers with any bytes, on one connection at a time.</summary>
internal sealed class RawHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _bodies = [];
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly string?[] _answers;
    private readonly bool _keepsAlive;
    private readonly Task _serving;

    /// <param name="keepsAlive">Whether a connection stays open after an answer, until the next null.</param>
    /// <param name="answers">One answer for each request. Null closes the connection. After the last one it does not answer.</param>
    internal RawHost(bool keepsAlive, params string?[] answers)
    {
        (_keepsAlive, _answers) = (keepsAlive, answers);
        _listener.Start();
        _serving = ServeAsync();
    }

    internal string Name => _listener.LocalEndpoint.ToString()!;

    internal Uri Endpoint => new($"http://{Name}/v1/agent-tokens");

    internal IReadOnlyList<string> Bodies
    {
        get { lock (_bodies) return [.. _bodies]; }
    }

    /// <summary>Completes when a complete request was received.</summary>
    internal Task Asked => _asked.Task;

    /// <summary>A loopback address on which nothing listens.</summary>
    internal static string Nobody() => $"127.0.0.1:{FreePort.Find()}";

    internal static string Ok(string json) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}";

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Stop();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                try
                {
                    await ServeAsync(client.GetStream());
                }
                catch (IOException)
                {
                    // The agent has disconnected.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        while (await ReadRequestAsync(stream) is { } body)
        {
            int index;
            lock (_bodies)
            {
                index = _bodies.Count;
                _bodies.Add(body);
            }
            _asked.TrySetResult();
            if (index >= _answers.Length) await Task.Delay(Timeout.Infinite, _end.Token);
            if (_answers[index] is not { } answer) return;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _end.Token);
            if (!_keepsAlive) return;
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0) return null;
            head.Append((char)one[0]);
        }
        var line = head.ToString().Split("\r\n")
            .FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[line is null ? 0 : int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _end.Token);
        return Encoding.UTF8.GetString(body);
    }
}
