using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// Keeps one request pending on each of many connections until the time or the requests are used up. Each connection has a thread
/// with a blocking socket, which makes two system calls per request and allocates nothing, because the issuer runs on the same
/// cores.
/// </summary>
internal static class LoadGenerator
{
    private const int StackBytes = 256 * 1024;

    internal static RoundResult Run(ServerProcess server, SignedRequests requests, int connections, TimeSpan time)
    {
        if (!IPAddress.IsLoopback(server.Address.Address)) throw new BenchmarkFailedException("A load run goes to loopback only.");
        using var started = new ManualResetEventSlim();
        var round = new Round(requests, time, started);
        var sockets = new Socket[connections];
        for (var i = 0; i < connections; i++) sockets[i] = Connect(server.Address);
        var threads = Array.ConvertAll(sockets, socket => new Thread(() => round.Work(socket), StackBytes));
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
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = 30_000,
        };
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

        internal void Work(Socket socket)
        {
            var answer = new AnswerReader(socket);
            started.Wait();
            for (var now = Stopwatch.GetTimestamp(); now < _end;)
            {
                var index = Interlocked.Increment(ref _next);
                if (index >= requests.Count) return;
                short status = 0;
                try
                {
                    socket.Send(requests[index]);
                    status = answer.Read();
                }
                catch (SocketException)
                {
                    // Counted as a broken connection below.
                }
                var done = Stopwatch.GetTimestamp();
                _microseconds[index] = Math.Max(1, (int)((done - now) * 1_000_000 / Stopwatch.Frequency));
                _status[index] = status;
                if (status == 0) return;
                now = done;
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
}
