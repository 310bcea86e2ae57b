using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace Quickstart;

/// <summary>A PowerShell engine in this process that has imported the module and writes its output to the console.</summary>
internal sealed class EmbeddedPowerShell : IDisposable
{
    private readonly Runspace _runspace;

    internal EmbeddedPowerShell()
    {
        var state = InitialSessionState.CreateDefault2();
        // On Windows the default execution policy would block scripts, including the module's formats.
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        state.Commands.Add(new SessionStateCmdletEntry("Invoke-RestMethod", typeof(InvokeRestMethodCommand), null));
        _runspace = RunspaceFactory.CreateRunspace(new ConsolePSHost(), state);
        _runspace.Open();
        using var shell = PowerShell.Create(_runspace);
        shell.AddCommand("Import-Module").AddArgument(ModuleManifest).AddParameter("ErrorAction", "Stop").Invoke();
    }

    private static string ModuleManifest => typeof(EmbeddedPowerShell).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ModuleManifest").Value!;

    /// <summary>Writes the text after a prompt, then runs it.</summary>
    /// <returns>False if it failed.</returns>
    internal bool Show(string text)
    {
        Console.WriteLine($"PS> {text}");
        var wentWell = Run(text);
        Console.WriteLine();
        return wentWell;
    }

    /// <summary>Runs a script and writes its output.</summary>
    /// <returns>False if it failed.</returns>
    internal bool Run(string text)
    {
        using var shell = PowerShell.Create(_runspace);
        ConsoleCancelEventHandler stop = (_, e) =>
        {
            e.Cancel = true;
            shell.BeginStop(null, null);
        };
        Console.CancelKeyPress += stop;
        try
        {
            shell.AddScript(text).AddCommand("Out-Default");
            shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            var before = ErrorCount;
            shell.Invoke();
            return ErrorCount == before;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException e)
        {
            ConsolePSHost.WriteError($"{e.ErrorRecord.InvocationInfo?.MyCommand?.Name}: {e.Message}".TrimStart(':', ' '));
            return false;
        }
        finally
        {
            Console.CancelKeyPress -= stop;
        }
    }

    private int ErrorCount => ((ArrayList)_runspace.SessionStateProxy.GetVariable("Error")).Count;

    public void Dispose() => _runspace.Dispose();
}
