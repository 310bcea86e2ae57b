using System.Diagnostics;

namespace Agentdom.Benchmarks;

/// <summary>Runs a script with the module in a fresh PowerShell process: the test engine, or pwsh.</summary>
internal static class EngineProcess
{
    /// <summary>Runs a script and returns its output.</summary>
    /// <exception cref="BenchmarkFailedException">It reported an error, or took too long.</exception>
    internal static async Task<string> RunAsync(string script, bool usePwsh, TimeSpan limit)
    {
        script = $"Import-Module '{BuildOutput.ModuleManifest}'\n{script}";
        var start = new ProcessStartInfo(usePwsh ? "pwsh" : "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in usePwsh ? ["-NoProfile", "-NonInteractive", "-Command", script] : new[] { BuildOutput.TestEngine, script })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new BenchmarkFailedException($"The script did not finish within {limit.TotalSeconds:0} seconds.");
        }
        var said = await errors;
        return process.ExitCode == 0 && said.Length == 0
            ? await output
            : throw new BenchmarkFailedException($"The script exited with {process.ExitCode}: {said[..Math.Min(said.Length, 2000)]}");
    }
}
