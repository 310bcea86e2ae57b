using System.Net;

namespace Agentdom.Issuer;

/// <summary>
/// An issuer for tests and experiments that only this machine can reach: http or https on <c>localhost</c>, with a manifest, the token
/// endpoints and <c>GET /whoami</c>, which requires a token. Its state is lost on dispose, and it keeps no process alive.
/// </summary>
/// <remarks>
/// It listens on the name <c>localhost</c>, and on <c>127.0.0.1</c> if the system allows it (on Windows only for
/// administrators). At most 256 requests run at once, others wait. A request takes at most 10 seconds.
/// </remarks>
internal sealed class LoopbackServer : IDisposable
{
    private const int MaxRunning = 256;
    private const int MaxUnwantedBytes = 1024 * 1024;

    private static readonly TimeSpan s_requestTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly HttpListener _listener;
    private readonly LoopbackEndpoints _endpoints;
#if NET
    private readonly TlsFront? _front;
#endif
    private readonly TimeSpan _requestTime;
    private readonly SemaphoreSlim _slots = new(MaxRunning);
    // Counts the server as well as the requests, so that it reaches zero only after the server has stopped.
    private readonly CountdownEvent _running = new(1);

    /// <summary>Starts the server.</summary>
    /// <param name="port">1 to 65535, or 0 for any free one.</param>
    /// <param name="options">The issuer's options.</param>
    /// <param name="isHttps">Whether clients use https, with a throwaway certificate. Needs the modern runtime.</param>
    /// <exception cref="AtpException"><see cref="AtpError.ServerOptionsInvalid"/> or <see cref="AtpError.PortTaken"/></exception>
    public LoopbackServer(int port, TokenIssuerOptions options, bool isHttps = false) : this(port, options, s_requestTime, isHttps)
    {
    }

    internal LoopbackServer(int port, TokenIssuerOptions options, TimeSpan requestTime, bool isHttps = false)
    {
        var problems = string.Join(" ", options.Problems());
        if (problems.Length > 0) throw new AtpException(AtpError.ServerOptionsInvalid, "The server was not started.", problems);
        _requestTime = requestTime;
        (_listener, Port) = LoopbackListener.Open(isHttps ? 0 : port);
        if (isHttps)
        {
#if NET
            try
            {
                _front = new TlsFront(port, innerPort: Port);
            }
            catch (AtpException)
            {
                _listener.Close();
                throw;
            }
            Port = _front.Port;
            IsTrusted = _front.Certificate.IsTrusted;
            OwnTlsServer.Set(Port, _front.Certificate.Certificate.RawData);
#else
            _listener.Close();
            throw new AtpException(AtpError.ServerOptionsInvalid,
                "The server was not started, because this runtime cannot make a certificate for https.", "Use http here.");
#endif
        }
        _endpoints = new LoopbackEndpoints(
            new TokenIssuer(options, new InMemoryIssuerState()), options, isHttps ? Port : null);
        Host = AtpHost.Parse($"{(isHttps ? "https" : "http")}://localhost:{Port}");
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>The host that agents use.</summary>
    public AtpHost Host { get; }

    /// <summary>Whether any client of this process accepts the server's certificate, if it has one.</summary>
    public bool IsTrusted { get; } = true;

    /// <summary>Whether a host is this server: <c>localhost</c>, <c>127.0.0.1</c> or <c>[::1]</c> with its scheme and port.</summary>
    public bool Is(AtpHost host) => host.Origin.Scheme == Host.Origin.Scheme && host.Origin.Port == Port
        && host.Origin.Host is "localhost" or "127.0.0.1" or "[::1]";

    /// <summary>Accepts no more requests, waits up to 2 seconds for running ones, and frees the port.</summary>
    public void Dispose()
    {
        if (!_listener.IsListening) return;
#if NET
        if (_front is not null)
        {
            _front.Dispose();
            OwnTlsServer.Clear();
        }
#endif
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
                // The connection broke before its request was complete.
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
            // Only closing the connection stops a read or write that waits for the client.
            using var limit = new Timer(static c => Abort((HttpListenerContext)c!), context, _requestTime, Timeout.InfiniteTimeSpan);
            var answer = await _endpoints.AnswerAsync(context.Request).ConfigureAwait(false);
            // On a connection that stays open, HttpListener would read the rest of the request, however long it is.
            if (!await IsWholeAsync(context.Request.InputStream).ConfigureAwait(false)) context.Response.KeepAlive = false;
            await answer.SendAsync(context).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A failing request must not affect other requests or the session.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Usually the client has closed the connection, so there is nobody to answer.
        }
        finally
        {
            // This has no effect if the request was answered.
            Abort(context);
            _slots.Release();
            if (isCounted) _running.Signal();
        }
    }

    // A client that is still sending would not see the answer, so part of an oversized body is read and discarded.
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
            // The connection is closed.
        }
    }
}
