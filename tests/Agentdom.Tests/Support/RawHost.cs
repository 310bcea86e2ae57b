using System.Net.Sockets;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>Reads complete HTTP requests and answers with any bytes, on one connection at a time.</summary>
internal sealed class RawHost : RawServer
{
    private readonly List<string> _bodies = [];
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string?[] _answers;
    private readonly bool _keepsAlive;

    /// <param name="keepsAlive">Whether a connection stays open after an answer, until the next null.</param>
    /// <param name="answers">One answer for each request. Null closes the connection. After the last one it does not answer.</param>
    internal RawHost(bool keepsAlive, params string?[] answers) => (_keepsAlive, _answers) = (keepsAlive, answers);

    internal Uri Endpoint => new($"http://{Name}/v1/agent-tokens");

    internal IReadOnlyList<string> Bodies
    {
        get { lock (_bodies) return [.. _bodies]; }
    }

    /// <summary>Completes when a complete request was received.</summary>
    internal Task Asked => _asked.Task;

    internal static string Ok(string json) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}";

    private protected override async Task ServeAsync(NetworkStream stream, CancellationToken end)
    {
        while (await FaultyProxy.ReadMessageAsync(stream, end) is { } message)
        {
            var request = Encoding.UTF8.GetString(message);
            int index;
            lock (_bodies)
            {
                index = _bodies.Count;
                _bodies.Add(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
            }
            _asked.TrySetResult();
            if (index >= _answers.Length) await Task.Delay(Timeout.Infinite, end);
            if (_answers[index] is not { } answer) return;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), end);
            if (!_keepsAlive) return;
        }
    }
}
