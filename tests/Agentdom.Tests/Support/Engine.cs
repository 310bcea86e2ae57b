using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Agentdom.Tests.Support;

/// <summary>For tests that use the process's environment variables, which must not run in parallel.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PowerShellCollection
{
    internal const string Name = "PowerShell";
}

/// <summary>A real PowerShell engine that has imported <c>out/Agentdom</c> by its manifest, with a home of its own.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Runspace _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    private readonly string? _outerHome = Environment.GetEnvironmentVariable(AgentdomHome.Variable);
    private readonly string _home = TestPaths.NewFolder();

    internal Engine()
    {
        Environment.SetEnvironmentVariable(AgentdomHome.Variable, _home);
        _runspace.Open();
        Run($"Import-Module '{TestPaths.ModuleManifest}' -ErrorAction Stop");
    }

    /// <summary>The streams of a script.</summary>
    internal sealed record Result(IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, PSDataStreams Streams)
    {
        /// <summary>The only output, unwrapped.</summary>
        internal T Single<T>() => Assert.IsType<T>(Assert.Single(Output).BaseObject, exactMatch: false);

        /// <summary>The id of the only error, without the command's name.</summary>
        internal string ErrorId => Assert.Single(Errors).FullyQualifiedErrorId.Split(',')[0];

        /// <summary>All streams of the script as text.</summary>
        internal string AllText => string.Join('\n',
            Output.Select(o => o.ToString())
                .Concat(Errors.Select(e => $"{e} {e.Exception} {e.TargetObject} {e.ErrorDetails}"))
                .Concat(Streams.Warning.Select(w => w.Message))
                .Concat(Streams.Verbose.Select(v => v.Message))
                .Concat(Streams.Debug.Select(d => d.Message))
                .Concat(Streams.Information.Select(i => $"{i.MessageData}")));
    }

    /// <summary>Runs a script. A terminating error is added to the errors.</summary>
    internal Result Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach (var (name, value) in variables) _runspace.SessionStateProxy.SetVariable(name, value);
        using var shell = PowerShell.Create(_runspace);
        var output = new List<PSObject>();
        var errors = new List<ErrorRecord>();
        try
        {
            output.AddRange(shell.AddScript(script).Invoke());
        }
        catch (RuntimeException e)
        {
            errors.Add(e.ErrorRecord);
        }
        errors.AddRange(shell.Streams.Error.Except(errors));
        return new Result(output, errors, shell.Streams);
    }

    /// <summary>Starts a script that can be stopped, as by Ctrl+C.</summary>
    internal PowerShell Start(string script)
    {
        var shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        return shell;
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Environment.SetEnvironmentVariable(AgentdomHome.Variable, _outerHome);
        Directory.Delete(_home, recursive: true);
    }
}
