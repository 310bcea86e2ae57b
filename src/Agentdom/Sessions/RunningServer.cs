using System.Management.Automation.Runspaces;

namespace Agentdom;

/// <summary>
/// The loopback server of this process. Ending it touches no type of the libraries, so that removing the module need not
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

    /// <summary>The server of this process as it is shown, or null where none runs.</summary>
    internal static AtpServer? Current => s_current?._shown;

    /// <exception cref="AtpException">One runs already, the port is taken, or the options are wrong.</exception>
    internal static AtpServer Start(int port, TokenIssuerOptions options)
    {
        lock (s_gate)
        {
            if (s_current is not null)
                throw new AtpException(AtpError.ServerRunning, $"A server runs in this process already, at {s_current._shown.Uri}.",
                    "Use that one, or end it first with Stop-AtpServer.");
            var server = new LoopbackServer(port, options);
            s_current = new RunningServer(server, Runspace.DefaultRunspace.InstanceId, new AtpServer(server, options));
            return s_current._shown;
        }
    }

    /// <summary>Ends the server of this process.</summary>
    /// <param name="owner">Only where it was started from this runspace: others remove the module from theirs.</param>
    /// <param name="server">Only where it is this one.</param>
    /// <returns>What ended, or null where there was none.</returns>
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

    /// <summary>The secret of the server of this process, where a host means it; else null.</summary>
    internal static SharedSecret? SecretFor(AtpHost host) =>
        s_current is { } current && ((LoopbackServer)current._server).Is(host) ? SecureText.ToSecret(current._shown.Secret) : null;
}
