using System.Management.Automation.Runspaces;

namespace Agentdom;

/// <summary>
/// The loopback server of this process. <see cref="End"/> uses no type of the libraries, so that removing the module does not
/// load them.
/// </summary>
internal sealed class RunningServer
{
    private static readonly object s_gate = new();
    private static RunningServer? s_current;

    private readonly IDisposable _server;
    private readonly Guid _owner;
    private readonly AtpServer _shown;

    private RunningServer(IDisposable server, Guid owner, AtpServer shown) => (_server, _owner, _shown) = (server, owner, shown);

    /// <summary>The output object of the running server, or null if none is running.</summary>
    internal static AtpServer? Current => s_current?._shown;

    /// <exception cref="AtpException">A server is already running, the port is taken, or the options are invalid.</exception>
    internal static AtpServer Start(int port, TokenIssuerOptions options, bool isHttps)
    {
        lock (s_gate)
        {
            if (s_current is not null)
                throw new AtpException(AtpError.ServerRunning, $"A server is already running in this process, at {s_current._shown.Uri}.",
                    "Use that one, or stop it first with Stop-AtpServer.");
            var server = new LoopbackServer(port, options, isHttps);
            s_current = new RunningServer(server, Runspace.DefaultRunspace.InstanceId, new AtpServer(server, options));
            return s_current._shown;
        }
    }

    /// <summary>Stops the server of this process.</summary>
    /// <param name="owner">If set, stops the server only if it was started from this runspace.</param>
    /// <param name="server">If set, stops only this server.</param>
    /// <returns>The stopped server, or null if none was stopped.</returns>
    internal static AtpServer? End(Guid? owner = null, AtpServer? server = null)
    {
        lock (s_gate)
        {
            if (s_current is not { } ended) return null;
            if ((owner is not null && owner != ended._owner) || (server is not null && server != ended._shown)) return null;
            s_current = null;
            ended._server.Dispose();
            return ended._shown;
        }
    }

    /// <summary>The secret of this process's server if the host is that server, else null.</summary>
    internal static SharedSecret? SecretFor(AtpHost host) =>
        s_current is { } current && ((LoopbackServer)current._server).Is(host) ? SecureText.ToSecret(current._shown.Secret) : null;
}
