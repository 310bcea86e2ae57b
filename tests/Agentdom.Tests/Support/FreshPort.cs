using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Agentdom.Tests.Support;

/// <summary>
/// Gives each server of this process a port that none had before. The module remembers manifests by host and port, and the system
/// hands out the port of a server that has stopped again.
/// </summary>
internal static class FreshPort
{
    private static readonly ConcurrentDictionary<int, bool> s_used = new();

    internal static Socket Listen(EndPoint endpoint)
    {
        while (true)
        {
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            if (endpoint is not IPEndPoint { Port: 0 } || s_used.TryAdd(((IPEndPoint)socket.LocalEndPoint!).Port, true)) return socket;

            socket.Dispose();
        }
    }
}
