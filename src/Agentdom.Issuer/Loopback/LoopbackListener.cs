using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Agentdom.Issuer;

/// <summary>Opens an <see cref="HttpListener"/> that only this machine can reach.</summary>
internal static class LoopbackListener
{
    private const int Attempts = 20;

    /// <param name="port">The port, or 0 for any free one.</param>
    /// <returns>The started listener and its port.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.PortTaken"/></exception>
    internal static (HttpListener Listener, int Port) Open(int port)
    {
        if (port != 0) return (Start(port), port);
        for (var attempt = 1; ; attempt++)
        {
            // HttpListener cannot choose a port, and another program may take a free port before it is opened.
            port = FreePort();
            try
            {
                return (Start(port), port);
            }
            catch (AtpException) when (attempt < Attempts)
            {
                // Try the next one.
            }
        }
    }

    /// <summary>Opens a socket on 127.0.0.1 alone.</summary>
    /// <param name="port">The port, or 0 for any free one.</param>
    /// <exception cref="AtpException"><see cref="AtpError.PortTaken"/></exception>
    internal static TcpListener OpenTcp(int port)
    {
        if (port != 0 && IsTakenOnIPv6(port)) throw Taken(port);
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException e)
        {
            throw Taken(port, e, e.SocketErrorCode == SocketError.AccessDenied);
        }
    }

    private static HttpListener Start(int port)
    {
        if (IsTakenOnIPv6(port)) throw Taken(port);
        // On Windows, a user without administrator rights may listen on this name only.
        var listener = new HttpListener { Prefixes = { Prefix("localhost", port) } };
        try
        {
            listener.Start();
        }
        catch (HttpListenerException e)
        {
            ((IDisposable)listener).Dispose();
            // Windows' ERROR_ACCESS_DENIED, and EACCES.
            throw Taken(port, e, e.ErrorCode is 5 or 13);
        }
        TryAddAddress(listener, port);
        return listener;
    }

    // For clients that use the address. On Windows only administrators may listen on it.
    private static void TryAddAddress(HttpListener listener, int port)
    {
        try
        {
            listener.Prefixes.Add(Prefix("127.0.0.1", port));
        }
        catch (HttpListenerException)
        {
            // The name still works.
        }
    }

    private static string Prefix(string host, int port) => string.Format(CultureInfo.InvariantCulture, "http://{0}:{1}/", host, port);

    private static int FreePort()
    {
        var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        try
        {
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        finally
        {
            probe.Stop();
        }
    }

    // Many clients try ::1 first for "localhost", so a program that listens there would get their requests.
    private static bool IsTakenOnIPv6(int port)
    {
        if (!Socket.OSSupportsIPv6) return false;
        var probe = new TcpListener(IPAddress.IPv6Loopback, port);
        try
        {
            probe.Start();
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
        finally
        {
            probe.Stop();
        }
    }

    private static AtpException Taken(int port, Exception? cause = null, bool isForbidden = false) => new(AtpError.PortTaken,
        isForbidden ? $"This user may not listen on port {port}." : $"Port {port} of localhost is taken.",
        "Choose another port, or 0 to get a free one.", cause);
}
