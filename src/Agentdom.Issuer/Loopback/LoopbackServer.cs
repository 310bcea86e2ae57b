using System.Net;

namespace Agentdom.Issuer;

/// <summary>
/// An issuer that this machine alone can reach, for tests and trying out: http on <c>localhost</c>, with a manifest, the
/// token endpoints and <c>GET /whoami</c> behind a token. It forgets everything at its end and keeps no process alive.
/// </summary>
/// <remarks>
/// It listens on the name <c>localhost</c>, and on <c>127.0.0.1</c> where the system lets it (on Windows that takes an
/// administrator). No more than 256 requests run at once, others wait; none takes longer than 10 seconds.
/// </remarks>
internal sealed class LoopbackServer : IDisposable
{
    private const int MaxRunning = 256;
    private const int MaxUnwantedBytes = 1024 * 1024;

    private static readonly TimeSpan s_requestTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly HttpListener _listener;
    private readonly LoopbackEndpoints _endpoints;
    private readonly TimeSpan _requestTime;
    private readonly SemaphoreSlim _slots = new(MaxRunning);
    // One more than there are requests, so that it ends only when the server does.
    private readonly CountdownEvent _running = new(1);

    /// <summary>Starts it.</summary>
    /// <param name="port">1 to 65535, or 0 for any free one.</param>
    /// <param name="options">What it accepts and grants.</param>
    /// <exception cref="AtpException"><see cref="AtpError.ServerOptionsInvalid"/> or <see cref="AtpError.PortTaken"/></exception>
    public LoopbackServer(int port, TokenIssuerOptions options) : this(port, options, s_requestTime)
    {
    }

    internal LoopbackServer(int port, TokenIssuerOptions options, TimeSpan requestTime)
    {
        var problems = string.Join(" ", options.Problems());
        if (problems.Length > 0) throw new AtpException(AtpError.ServerOptionsInvalid, "The server was not started.", problems);
        _requestTime = requestTime;
        _endpoints = new LoopbackEndpoints(new TokenIssuer(options, new InMemoryIssuerState()), options);
        (_listener, Port) = LoopbackListener.Open(port);
        Host = AtpHost.Parse($"localhost:{Port}");
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>Its name for agents.</summary>
    public AtpHost Host { get; }

    /// <summary>Whether a host means this server: <c>localhost</c>, <c>127.0.0.1</c> or <c>[::1]</c> with its port, over http.</summary>
    public bool Is(AtpHost host) =>
        host.Origin.Scheme == "http" && host.Origin.Port == Port && host.Origin.Host is "localhost" or "127.0.0.1" or "[::1]";

    /// <summary>Takes no more requests, waits up to 2 seconds for those that run, and frees the port.</summary>
    public void Dispose()
    {
        if (!_listener.IsListening) return;
        _listener.Prefixes.Clear();
        _running.Signal();
        _running.Wait(s_patience);
        _listener.Close();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            await _slots.WaitAsync().ConfigureAwait(false);
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.IsListening) return;
                // That connection broke before its request was whole.
                _slots.Release();
                continue;
            }
            _ = Task.Run(() => ServeAsync(context));
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        var isCounted = _running.TryAddCount();
        try
        {
            if (!isCounted) return;
            // Closing the connection is the one thing that ends a read or write which waits for the client.
            using var limit = new Timer(static c => Abort((HttpListenerContext)c!), context, _requestTime, Timeout.InfiniteTimeSpan);
            var answer = await _endpoints.AnswerAsync(context.Request).ConfigureAwait(false);
            // HttpListener would read to the end of a kept connection's request, however far that is.
            if (!await IsWholeAsync(context.Request.InputStream).ConfigureAwait(false)) context.Response.KeepAlive = false;
            await answer.SendAsync(context).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever one request brings about must not reach the others, nor the session.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Mostly a client that hung up: there is nobody to tell.
        }
        finally
        {
            // Nothing more to do for one that was answered.
            Abort(context);
            _slots.Release();
            if (isCounted) _running.Signal();
        }
    }

    // A client that is still sending would not see an answer, so some of what nobody wants is read.
    private static async Task<bool> IsWholeAsync(Stream body)
    {
        var buffer = new byte[16 * 1024];
        for (var left = MaxUnwantedBytes; left > 0;)
        {
            var read = await body.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false);
            if (read == 0) return true;
            left -= read;
        }
        return false;
    }

    private static void Abort(HttpListenerContext context)
    {
        try
        {
            context.Response.Abort();
        }
        catch (Exception e) when (e is ObjectDisposedException or HttpListenerException or InvalidOperationException)
        {
            // It is closed.
        }
    }
}
