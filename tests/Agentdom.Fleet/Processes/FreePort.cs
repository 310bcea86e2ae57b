using System.Net;
using System.Net.Sockets;

namespace Agentdom.Fleet.Processes;

/// <summary>A loopback port on which nothing listens.</summary>
internal static class FreePort
{
    internal static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
