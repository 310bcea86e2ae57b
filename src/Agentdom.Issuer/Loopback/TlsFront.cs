#if NET
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;

namespace Agentdom.Issuer;

/// <summary>
/// TLS before an <see cref="HttpListener"/>, which has none outside Windows: decrypts each connection and passes one request on it to the
/// listener's port.
/// </summary>
internal sealed class TlsFront : IDisposable
{
    private const int MaxHeadBytes = 64 * 1024;

    private static readonly byte[] s_endOfHead = "\r\n\r\n"u8.ToArray();
    private static readonly TimeSpan s_connectionTime = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener;
    private readonly int _innerPort;
    private readonly Regex _host;
    private readonly CancellationTokenSource _end = new();

    /// <summary>Starts to listen.</summary>
    /// <param name="port">1 to 65535, or 0 for any free one.</param>
    /// <param name="innerPort">The listener's port.</param>
    /// <exception cref="AtpException"><see cref="AtpError.PortTaken"/></exception>
    internal TlsFront(int port, int innerPort)
    {
        _listener = LoopbackListener.OpenTcp(port);
        _innerPort = innerPort;
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Certificate = new ThrowawayCertificate();
        // http.sys refuses a Host with another port than its own.
        _host = new Regex($@"^(Host:[ \t]*[^\r\n]*):{Port}(?=[ \t]*\r?$)", RegexOptions.IgnoreCase | RegexOptions.Multiline);
        _ = Task.Run(AcceptAsync);
    }

    internal int Port { get; }

    internal ThrowawayCertificate Certificate { get; }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        Certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token).ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(client));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The connection broke before it was accepted, or the server stops.
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var accepted = client;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(s_connectionTime);
        try
        {
            using var tls = new SslStream(client.GetStream());
            var options = new SslServerAuthenticationOptions { ServerCertificate = Certificate.Certificate };
            await tls.AuthenticateAsServerAsync(options, limit.Token).ConfigureAwait(false);
            if (await ReadHeadAsync(tls, limit.Token).ConfigureAwait(false) is not { } begun) return;
            using var inner = new TcpClient();
            await inner.ConnectAsync(IPAddress.Loopback, _innerPort, limit.Token).ConfigureAwait(false);
            var plain = inner.GetStream();
            await plain.WriteAsync(begun, limit.Token).ConfigureAwait(false);
            var sending = tls.CopyToAsync(plain, limit.Token);
            await plain.CopyToAsync(tls, limit.Token).ConfigureAwait(false);
            await tls.ShutdownAsync().ConfigureAwait(false);
            limit.Cancel();
            await sending.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // The client does not trust the certificate, has left, or takes too long.
        }
    }

    // The head of a request and what came with it, changed so that the listener takes it for its own and closes the connection after it.
    private async Task<byte[]?> ReadHeadAsync(SslStream tls, CancellationToken cancel)
    {
        var buffer = new byte[MaxHeadBytes];
        var count = 0;
        int end;
        while ((end = buffer.AsSpan(0, count).IndexOf(s_endOfHead)) < 0)
        {
            var read = count == buffer.Length ? 0 : await tls.ReadAsync(buffer.AsMemory(count), cancel).ConfigureAwait(false);
            if (read == 0) return null;
            count += read;
        }
        var head = Encoding.Latin1.GetString(buffer, 0, end + 2);
        head = Regex.Replace(_host.Replace(head, $"$1:{_innerPort}"), @"^(Connection|Keep-Alive):[^\n]*\n", "",
            RegexOptions.IgnoreCase | RegexOptions.Multiline);
        return [.. Encoding.Latin1.GetBytes(head + "Connection: close\r\n"), .. buffer[(end + 2)..count]];
    }
}
#endif
