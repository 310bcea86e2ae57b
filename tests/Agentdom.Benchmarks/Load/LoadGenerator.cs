using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// Keeps one request pending on each of many connections until the time or the requests are used up. A few threads share the
/// connections. Each waits for all of its own with poll(2) and then makes two system calls per answer and allocates nothing,
/// because the issuer runs on the same cores.
/// </summary>
internal static class LoadGenerator
{
    private const int Threads = 2;
    private const int AnswerMilliseconds = 30_000;

    internal static RoundResult Run(ServerProcess server, SignedRequests requests, int connections, TimeSpan time)
    {
        if (!IPAddress.IsLoopback(server.Address.Address)) throw new BenchmarkFailedException("A load run goes to loopback only.");
        using var started = new ManualResetEventSlim();
        var round = new Round(requests, time, started);
        var sockets = new Socket[connections];
        for (var i = 0; i < connections; i++) sockets[i] = Connect(server.Address);
        var threads = sockets.Chunk((connections + Threads - 1) / Threads)
            .Select(own => new Thread(() => round.Work(own))).ToArray();
        Array.ForEach(threads, static t => t.Start());

        var before = server.ProcessorTime;
        round.Begin();
        Array.ForEach(threads, static t => t.Join());
        var result = round.Result(server.ProcessorTime - before);
        Array.ForEach(sockets, static s => s.Dispose());
        return result;
    }

    private static Socket Connect(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address);
        return socket;
    }

    private sealed class Round(SignedRequests requests, TimeSpan time, ManualResetEventSlim started)
    {
        private readonly int[] _microseconds = new int[requests.Count];
        private readonly short[] _status = new short[requests.Count];
        private long _begin;
        private long _end;
        private int _next = -1;

        internal void Begin()
        {
            _begin = Stopwatch.GetTimestamp();
            _end = _begin + (long)(time.TotalSeconds * Stopwatch.Frequency);
            started.Set();
        }

        internal void Work(Socket[] sockets)
        {
            var poll = new PollSet(sockets);
            var connections = Array.ConvertAll(sockets, static socket => new Connection(socket));
            started.Wait();
            for (var i = 0; i < connections.Length; i++)
            {
                if (!TrySend(connections[i], Stopwatch.GetTimestamp())) poll.Remove(i);
            }
            while (poll.Count > 0 && poll.Wait(AnswerMilliseconds))
            {
                for (var i = 0; i < connections.Length; i++)
                {
                    if (poll.IsReady(i) && !IsStillPending(connections[i])) poll.Remove(i);
                }
            }
        }

        /// <summary>Reads what is there, and sends the next request after a whole answer.</summary>
        private bool IsStillPending(Connection connection)
        {
            short? status = 0;
            try
            {
                status = connection.Reader.Read();
            }
            catch (SocketException)
            {
                // Counted as a broken connection below.
            }
            if (status is null) return true;
            var now = Stopwatch.GetTimestamp();
            if (status == 0) return false;
            _microseconds[connection.Request] = Math.Max(1, (int)((now - connection.SentAt) * 1_000_000 / Stopwatch.Frequency));
            _status[connection.Request] = status.Value;
            return TrySend(connection, now);
        }

        private bool TrySend(Connection connection, long now)
        {
            if (now >= _end) return false;
            var index = Interlocked.Increment(ref _next);
            if (index >= requests.Count) return false;
            (connection.Request, connection.SentAt) = (index, now);
            // Until there is an answer.
            _microseconds[index] = AnswerMilliseconds * 1000;
            try
            {
                connection.Socket.Send(requests[index]);
                return true;
            }
            catch (SocketException)
            {
                // Its status stays 0, a broken connection.
                return false;
            }
        }

        internal RoundResult Result(TimeSpan serverTime)
        {
            var seconds = Stopwatch.GetElapsedTime(_begin).TotalSeconds;
            var count = Math.Min(_next + 1, requests.Count);
            var latencies = _microseconds[..count];
            Array.Sort(latencies);
            var errors = _status[..count].Where(static s => s != 200)
                .GroupBy(static s => (int)s).ToDictionary(static g => g.Key, static g => g.Count());
            return new RoundResult(seconds, latencies, errors, _next >= requests.Count, serverTime.TotalMicroseconds / Math.Max(1, count));
        }
    }

    private sealed class Connection(Socket socket)
    {
        internal Socket Socket => socket;

        internal AnswerReader Reader { get; } = new(socket);

        /// <summary>The number of the pending request.</summary>
        internal int Request { get; set; }

        internal long SentAt { get; set; }
    }
}
