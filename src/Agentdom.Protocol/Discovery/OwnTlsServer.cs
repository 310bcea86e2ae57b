namespace Agentdom.Protocol;

/// <summary>
/// The test server with TLS of this process, while there is one: its port, on which loopback hosts are asked over https, and its
/// throwaway certificate, which no store need contain.
/// </summary>
internal static class OwnTlsServer
{
    private static volatile Server? s_current;

    internal static void Set(int port, byte[] certificate) => s_current = new Server(port, certificate);

    internal static void Clear() => s_current = null;

    internal static bool IsAt(int port) => s_current?.Port == port;

    /// <param name="certificate">The certificate, DER-encoded.</param>
    internal static bool IsCertificate(byte[] certificate) => s_current?.Certificate.SequenceEqual(certificate) == true;

    private sealed record Server(int Port, byte[] Certificate);
}
