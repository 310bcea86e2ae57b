using System.Net;
using System.Net.Sockets;

namespace Agentdom.Tests.Support;

/// <summary>A loopback port that refuses connections. It is held, so that no server of another test can get it.</summary>
internal sealed class ClosedPort : IDisposable
{
    private readonly Socket _bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <param name="port">The port of a server that has stopped, or 0 for any.</param>
    internal ClosedPort(int port = 0) => _bound.Bind(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>A closed port for the whole test run.</summary>
    internal static ClosedPort Shared { get; } = new();

    /// <summary>Its host and port.</summary>
    internal string Name => _bound.LocalEndPoint!.ToString()!;

    public void Dispose() => _bound.Dispose();
}
