using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agentdom.Tests.Support;

/// <summary>What the proxy does to a request or to its answer.</summary>
internal enum Fault
{
    None,
    /// <summary>The request is read, and the connection is closed normally.</summary>
    Drop,
    /// <summary>The request is read, and the connection is reset.</summary>
    Reset,
    /// <summary>The answer is delayed.</summary>
    Delay,
    /// <summary>The issuer gets only a part of the request.</summary>
    CutRequest,
    /// <summary>The agent gets only a part of the answer.</summary>
    CutAnswer,
    /// <summary>The issuer gets the request twice, and the agent gets one of the answers.</summary>
    Duplicate,
    /// <summary>Bits of the request are flipped.</summary>
    SpoilRequest,
    /// <summary>Bits of the answer are flipped.</summary>
    SpoilAnswer,
}

/// <summary>
/// A proxy between an agent and an issuer that injects faults by a plan, which is the same for the same seed. It records what the
/// agent sent, before any fault, and what the agent received.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    /// <param name="Fault">The injected fault.</param>
    /// <param name="Request">The agent's request, head and body, with one character per byte.</param>
    /// <param name="Answers">All complete answers of the issuer.</param>
    /// <param name="Given">What the agent received.</param>
    internal sealed record Exchange(Fault Fault, string Request, IReadOnlyList<string> Answers, string Given)
    {
        internal string Body => Request[(Request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }

    // Below the agent's timeout of 10 s for an attempt. An issuer that waits for the rest of a corrupted request takes longer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Exchange> _exchanges = new();
    private readonly CancellationTokenSource _end = new();
    private readonly IPEndPoint _issuer;
    private readonly Func<string, Random, Fault> _plan;
    private readonly Random _random;
    private readonly Task _accepting;

    /// <param name="issuer">The issuer's address, such as <c>127.0.0.1:41235</c>.</param>
    /// <param name="seed">The seed for the plan and the affected bytes.</param>
    /// <param name="plan">Selects the fault for a request by its first line.</param>
    internal FaultyProxy(string issuer, int seed = 0, Func<string, Random, Fault>? plan = null)
    {
        (_issuer, _random, _plan) = (IPEndPoint.Parse(issuer), new Random(seed), plan ?? (static (_, _) => Fault.None));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal string Name => _listener.LocalEndpoint.ToString()!;

    internal IReadOnlyList<Exchange> Exchanges => [.. _exchanges];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient agent)
    {
        using (agent)
        {
            try
            {
                var stream = agent.GetStream();
                while (await ReadMessageAsync(stream, _end.Token) is { } request && await TreatAsync(request, agent, stream))
                {
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // The agent has disconnected, or the test is over.
            }
        }
    }

    // False if the connection is closed afterwards.
    private async Task<bool> TreatAsync(byte[] request, TcpClient agent, NetworkStream stream)
    {
        Fault fault;
        int seed;
        lock (_random) (fault, seed) = (_plan(FirstLine(request), _random), _random.Next());
        var random = new Random(seed);
        var answers = fault switch
        {
            Fault.Drop or Fault.Reset => [],
            Fault.CutRequest => await AskAsync(request[..random.Next(1, request.Length)]),
            Fault.SpoilRequest => await AskAsync(Spoil(request, random)),
            Fault.Duplicate => [.. await AskAsync(request), .. await AskAsync(request)],
            _ => await AskAsync(request),
        };
        var answer = answers.Length == 0 ? [] : answers[random.Next(answers.Length)];
        var given = fault switch
        {
            Fault.CutAnswer when answer.Length > 0 => answer[..random.Next(answer.Length)],
            Fault.SpoilAnswer when answer.Length > 0 => Spoil(answer, random),
            _ => answer,
        };
        _exchanges.Enqueue(new Exchange(fault, Text(request), [.. answers.Select(Text)], Text(given)));

        if (fault == Fault.Delay) await Task.Delay(random.Next(20, 200), _end.Token);
        await stream.WriteAsync(given, _end.Token);
        // Discarding unsent data makes the system reset the connection.
        if (fault == Fault.Reset) agent.LingerState = new LingerOption(true, 0);
        return fault is Fault.None or Fault.Delay or Fault.Duplicate && given.Length > 0;
    }

    // Empty if the issuer disconnects or waits for more.
    private async Task<byte[][]> AskAsync(byte[] request)
    {
        using var connection = new TcpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        try
        {
            await connection.ConnectAsync(_issuer, _end.Token);
            var stream = connection.GetStream();
            await stream.WriteAsync(request, _end.Token);
            if (!IsWhole(request)) limit.CancelAfter(s_patience);
            return await ReadMessageAsync(stream, limit.Token) is { } answer ? [answer] : [];
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !_end.IsCancellationRequested))
        {
            return [];
        }
    }

    // Flipped bits may have changed the body's length in the head.
    private static bool IsWhole(byte[] request)
    {
        var text = Text(request);
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return head >= 0 && text.Length - head - 4 == BodyLength(text[..(head + 4)]);
    }

    private static byte[] Spoil(byte[] message, Random random)
    {
        var spoilt = message.ToArray();
        for (var i = random.Next(1, 4); i > 0; i--) spoilt[random.Next(spoilt.Length)] ^= (byte)(1 << random.Next(8));
        return spoilt;
    }

    /// <summary>A complete HTTP request or answer, or null if there is none or it stays incomplete.</summary>
    internal static async Task<byte[]?> ReadMessageAsync(NetworkStream stream, CancellationToken cancel)
    {
        var message = new List<byte>();
        var one = new byte[1];
        while (!(message.Count >= 4 && message[^4] == '\r' && message[^3] == '\n' && message[^2] == '\r' && message[^1] == '\n'))
        {
            if (await stream.ReadAsync(one, cancel) == 0) return null;
            message.Add(one[0]);
        }
        var head = Text([.. message]);
        if (head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            while (!EndsChunks(message))
            {
                if (await stream.ReadAsync(one, cancel) == 0) return null;
                message.Add(one[0]);
            }
            return [.. message];
        }
        var body = new byte[BodyLength(head) ?? 0];
        await stream.ReadExactlyAsync(body, cancel);
        return [.. message, .. body];
    }

    private static bool EndsChunks(List<byte> message) => message.Count >= 5 && Text([.. message[^5..]]) == "0\r\n\r\n";

    private static int? BodyLength(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (line is null) return 0;
        return int.TryParse(line.AsSpan(15), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var length) ? length : null;
    }

    private static string FirstLine(byte[] request) => Text(request).Split("\r\n")[0];

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
