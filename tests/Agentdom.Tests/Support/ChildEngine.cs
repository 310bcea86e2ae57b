using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>
/// A PowerShell engine in a separate process that only has the module's own files. Assemblies that this test process has loaded
/// are not available there.
/// </summary>
internal static class ChildEngine
{
    /// <summary>Script text that sets <c>$vault</c> to the module's own vault, which needs no issuer.</summary>
    internal const string OpenVault =
        "$null = Get-AgentId; $vault = [Activator]::CreateInstance(([AppDomain]::CurrentDomain.GetAssemblies() | " +
        "Where-Object { $_.GetName().Name -eq 'Agentdom.Client' }).GetType('Agentdom.Client.FileVault'));";

    internal sealed record Result(int ExitCode, string[] Output, string Errors);

    internal static Task<Result> RunAsync(string script, params (string Name, string? Value)[] environment) =>
        RunBareAsync(WithModule(script), environment);

    /// <summary>Runs a script without importing the module first.</summary>
    internal static Task<Result> RunBareAsync(string script, params (string Name, string? Value)[] environment) =>
        ResultAsync(StartBare([], script, environment));

    /// <summary>Runs a script in a process that another program starts, such as <c>setpriv</c> or <c>strace</c>.</summary>
    internal static Task<Result> RunUnderAsync(
        IEnumerable<string> launcher, string script, params (string Name, string? Value)[] environment) =>
        ResultAsync(StartBare(launcher, WithModule(script), environment));

    private static async Task<Result> ResultAsync(Process started)
    {
        using var process = started;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new Result(process.ExitCode, lines, await errors);
    }

    internal static Process Start(string script, params (string Name, string? Value)[] environment) =>
        StartBare([], WithModule(script), environment);

    private static string WithModule(string script) => $"Import-Module '{TestPaths.ModuleManifest}'\n{script}";

    private static Process StartBare(IEnumerable<string> launcher, string script, (string Name, string? Value)[] environment)
    {
        string[] command = [.. launcher, "dotnet", TestPaths.TestEngine, script];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
