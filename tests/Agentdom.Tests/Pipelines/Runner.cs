using System.Diagnostics;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Pipelines;

/// <summary>
/// Runs jobs step by step in real processes. What hosted runners have is simulated: their variables, what they add to a script,
/// and masks in the log.
/// </summary>
internal sealed class Runner : IDisposable
{
    private const string Mask = "::add-mask::";

    private readonly TestIssuer _issuer;
    private readonly Dictionary<string, string?> _machine;

    /// <param name="issuer">The issuer and the API of the samples.</param>
    /// <param name="hasModule">Whether the module is on the machine already.</param>
    internal Runner(TestIssuer issuer, bool hasModule = true)
    {
        _issuer = issuer;
        Temp = Directory.CreateDirectory(Path.Combine(Work, "temp")).FullName;
        Added = Path.Combine(Temp, "github-env");
        File.WriteAllText(Added, "");
        AddProgram("pwsh", $"exec dotnet '{TestPaths.Pwsh}' \"$@\"");
        _machine = new()
        {
            ["HOME"] = Work,
            ["XDG_DATA_HOME"] = null,
            ["XDG_CONFIG_HOME"] = null,
            ["AGENTDOM_HOME"] = null,
            ["NO_COLOR"] = "1",
            ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
            ["PATH"] = Programs + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
            ["PSModulePath"] = hasModule ? Path.Combine(TestPaths.RepositoryRoot, "out") : null,
        };
    }

    internal string Work { get; } = TestPaths.NewFolder();

    internal string Temp { get; }

    /// <summary>The file with the variables that a step adds for the later steps of a GitHub job.</summary>
    internal string Added { get; }

    /// <summary>The names of the steps that ran.</summary>
    internal List<string> Ran { get; } = [];

    /// <summary>What the runner was told to mask.</summary>
    internal List<string> Masked { get; } = [];

    internal string Log { get; private set; } = "";

    private string Programs => Path.Combine(Work, "programs");

    public void Dispose() => Directory.Delete(Work, recursive: true);

    /// <summary>Whether the log contains a text. pwsh breaks lines of an error wherever they end.</summary>
    internal bool HasLogged(string text) => Regex.IsMatch(Log, string.Join(@"[\s|]+", text.Split(' ').Select(Regex.Escape)));

    /// <summary>Replaces the addresses of a sample by those of the test.</summary>
    internal string Localize(string text) => text
        .Replace("https://api.example.com", $"http://{_issuer.Name}", StringComparison.Ordinal)
        .Replace("api.example.com", _issuer.Name, StringComparison.Ordinal)
        .Replace("/tmp/", $"{Temp}/", StringComparison.Ordinal);

    /// <summary>Sets a variable of the machine for all steps.</summary>
    internal void Set(string name, string? value) => _machine[name] = value;

    /// <summary>Puts a program, which is a shell script, first on the machine's PATH.</summary>
    internal void AddProgram(string name, string script)
    {
        var file = Path.Combine(Directory.CreateDirectory(Programs).FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Makes it a runner of GitHub Actions.</summary>
    internal void BeGitHub()
    {
        Set("GITHUB_ACTIONS", "true");
        Set("GITHUB_ENV", Added);
        Set("GITHUB_REPOSITORY", "octo/shop");
        Set("GITHUB_JOB", "orders");
        Set("RUNNER_TEMP", Temp);
    }

    /// <returns>Whether the job would succeed.</returns>
    internal async Task<bool> RunAsync(Pipeline pipeline)
    {
        var succeeded = true;
        foreach (var step in pipeline.Steps.Where(s => succeeded || s.Always))
        {
            var worked = await RunAsync(step, pipeline.Environment);
            Ran.Add(worked ? step.Name : $"{step.Name} (failed)");
            succeeded &= worked;
        }
        return succeeded;
    }

    internal Task<bool> RunAsync(string script, params (string Name, string Value)[] environment) => RunAsync(
        new PipelineStep("", StepShell.StrictPwsh, script, environment.ToDictionary(), Always: false), new Dictionary<string, string>());

    internal async Task<bool> RunAsync(PipelineStep step, IReadOnlyDictionary<string, string> job)
    {
        var file = Path.Combine(Work, step.Shell == StepShell.Bash ? "step.sh" : "step.ps1");
        await File.WriteAllTextAsync(file, step.Shell != StepShell.StrictPwsh ? step.Script : $$"""
            $ErrorActionPreference = 'stop'
            {{step.Script}}
            if ((Test-Path -LiteralPath variable:\LASTEXITCODE)) { exit $LASTEXITCODE }
            """, TestContext.Current.CancellationToken);
        var start = step.Shell == StepShell.Bash
            ? new ProcessStartInfo("bash", ["-e", "-o", "pipefail", file])
            : new ProcessStartInfo("dotnet", [TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-Command", $". '{file}'"]);
        start.WorkingDirectory = Work;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in _machine) start.Environment[name] = value;
        foreach (var (name, value) in job) start.Environment[name] = value;
        foreach (var line in await File.ReadAllLinesAsync(Added, TestContext.Current.CancellationToken))
            start.Environment[line.Split('=', 2)[0]] = line.Split('=', 2)[1];
        foreach (var (name, value) in step.Environment) start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var line in (await process.StandardOutput.ReadToEndAsync()).Split('\n'))
        {
            if (line.StartsWith(Mask, StringComparison.Ordinal)) Masked.Add(line[Mask.Length..].TrimEnd());
            else Log += line + "\n";
        }
        Log += await errors;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
