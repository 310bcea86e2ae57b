using System.Management.Automation;
using System.Management.Automation.Runspaces;

// Runs the PowerShell text in the first argument. Writes its output as lines to stdout and error ids to stderr.
using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
runspace.Open();
using var shell = PowerShell.Create(runspace);
shell.Streams.Error.DataAdded += (_, e) => Console.Error.WriteLine(shell.Streams.Error[e.Index].FullyQualifiedErrorId);
try
{
    foreach (var line in shell.AddScript(args[0]).Invoke()) Console.WriteLine(line);
    return shell.HadErrors ? 1 : 0;
}
catch (RuntimeException e)
{
    Console.Error.WriteLine($"{e.ErrorRecord.FullyQualifiedErrorId}: {e.Message}");
    return 1;
}
