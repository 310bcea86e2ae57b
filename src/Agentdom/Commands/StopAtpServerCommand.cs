using System.Management.Automation;

namespace Agentdom.Commands;

/// <summary>
/// Ends the server of this process, whichever session started it. Says nothing where none runs: in the clean-up of a
/// test an error would hide why the server was not started.
/// </summary>
[Cmdlet(VerbsLifecycle.Stop, "AtpServer", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopAtpServerCommand : AtpCmdlet
{
    /// <summary>The server to end; where it is not given, the one that runs.</summary>
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
        WriteVerbose(RunningServer.End(server: Server) is { } ended ? $"{ended.Uri} has ended." : "There was nothing to end.");
    }
}
