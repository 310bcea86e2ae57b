using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>
/// A PowerShell engine in a separate process that only has the module's own files. Assemblies that this test process has loaded
/// are not available there.
/// </summary>
internal static class ChildEngine
{
    internal sealed record Result(int ExitCode, string[] Output, string Errors);

    internal static Task<Result> RunAsync(string script, params (string Name, string? Value)[] environment) =>
        RunBareAsync(WithModule(script), environment);

    /// <summary>Runs a script without importing the module first.</summary>
    internal static async Task<Result> RunBareAsync(string script, params (string Name, string? Value)[] environment)
    {
        using var process = StartBare(script, environment);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new Result(process.ExitCode, lines, await errors);
    }

    internal static Process Start(string script, params (string Name, string? Value)[] environment) =>
        StartBare(WithModule(script), environment);

    private static string WithModule(string script) => $"Import-Module '{TestPaths.ModuleManifest}'\n{script}";

    private static Process StartBare(string script, (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { TestPaths.TestEngine, script },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
