using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// Keeps one request under way on each of many connections until the time or the requests are used up. One thread goes
/// round all connections and takes what has arrived: it costs two calls to the system a request and allocates nothing, as
/// the issuer runs on the same cores.
/// </summary>
internal static class LoadGenerator
{
    internal static RoundResult Run(ServerProcess server, SignedRequests requests, int connections, TimeSpan time)
    {
        if (!IPAddress.IsLoopback(server.Address.Address)) throw new BenchmarkFailedException("A load run goes to loopback only.");
        var open = Enumerable.Range(0, connections).Select(_ => new Connection(server.Address)).ToList();
        try
        {
            return new Round(server, requests, open, time).Run();
        }
        finally
        {
            open.ForEach(static c => c.Dispose());
        }
    }

    private sealed class Round(ServerProcess server, SignedRequests requests, List<Connection> connections, TimeSpan time)
    {
        private readonly int[] _microseconds = new int[requests.Count];
        private readonly short[] _status = new short[requests.Count];
        private readonly List<Socket> _waiting = new(connections.Count);
        private int _sent;
        private int _answered;
        private int _busy;

        internal RoundResult Run()
        {
            var before = server.ProcessorTime;
            var begin = Stopwatch.GetTimestamp();
            var end = begin + (long)(time.TotalSeconds * Stopwatch.Frequency);
            foreach (var connection in connections) Send(connection);
            while (_busy > 0)
            {
                var wasIdle = true;
                foreach (var connection in connections)
                {
                    if (connection.Request < 0 || !connection.TryRead(out var status)) continue;
                    wasIdle = false;
                    Record(connection, status);
                    if (status != 0 && Stopwatch.GetTimestamp() < end) Send(connection);
                }
                if (wasIdle) WaitForAny();
            }
            var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            return Result(seconds, server.ProcessorTime - before);
        }

        private void Send(Connection connection)
        {
            if (_sent == requests.Count) return;
            connection.Send(_sent, requests[_sent]);
            _sent++;
            _busy++;
        }

        private void Record(Connection connection, short status)
        {
            _microseconds[connection.Request] = Math.Max(1, (int)Stopwatch.GetElapsedTime(connection.SentAt).TotalMicroseconds);
            _status[connection.Request] = status;
            connection.Request = -1;
            _answered++;
            _busy--;
        }

        private void WaitForAny()
        {
            _waiting.Clear();
            foreach (var connection in connections)
            {
                if (connection.Request >= 0) _waiting.Add(connection.Socket);
            }
            Socket.Select(_waiting, null, null, TimeSpan.FromSeconds(30));
            if (_waiting.Count == 0) throw new BenchmarkFailedException("An issuer has not answered for 30 seconds.");
        }

        private RoundResult Result(double seconds, TimeSpan serverTime)
        {
            var latencies = _microseconds[.._answered];
            Array.Sort(latencies);
            var errors = _status[.._answered].Where(static s => s != 200).GroupBy(static s => (int)s).ToDictionary(static g => g.Key, static g => g.Count());
            return new RoundResult(seconds, latencies, errors, _sent == requests.Count, serverTime.TotalMicroseconds / Math.Max(1, _answered));
        }
    }

    private sealed class Connection : IDisposable
    {
        private readonly AnswerReader _answer;

        internal Connection(IPEndPoint address)
        {
            Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(address);
            Socket.Blocking = false;
            _answer = new AnswerReader(Socket);
        }

        internal Socket Socket { get; }

        /// <summary>The number of the request under way, or -1.</summary>
        internal int Request { get; set; } = -1;

        internal long SentAt { get; private set; }

        internal void Send(int number, ReadOnlySpan<byte> request)
        {
            (Request, SentAt) = (number, Stopwatch.GetTimestamp());
            Socket.Send(request);
        }

        internal bool TryRead(out short status) => _answer.TryRead(out status);

        public void Dispose() => Socket.Dispose();
    }
}
