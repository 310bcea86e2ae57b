using System.Management.Automation;

namespace Agentdom.Commands;

/// <summary>
/// Stops the server of this process, even if another session started it. Does nothing if no server is running: an error in
/// the clean-up of a test would hide why the server did not start.
/// </summary>
[Cmdlet(VerbsLifecycle.Stop, "AtpServer", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopAtpServerCommand : AtpCmdlet
{
    /// <summary>The server to stop. If null, the running server is stopped.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public AtpServer? Server { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Server;

    /// <inheritdoc/>
    protected override void Run()
    {
        var running = RunningServer.Current;
        var isMeant = running is not null && (Server is null || Server == running);
        if (isMeant && !ShouldProcess(running!.Host, "Stop server")) return;
        WriteVerbose(RunningServer.End(server: Server) is { } ended ? $"Stopped {ended.Uri}." : "There was no server to stop.");
    }
}
