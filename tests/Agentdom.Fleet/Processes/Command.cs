using System.Diagnostics;

namespace Agentdom.Fleet.Processes;

/// <summary>A program that runs to its end.</summary>
internal static class Command
{
    /// <exception cref="FleetFailedException">It is missing or failed.</exception>
    internal static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new FleetFailedException($"{program} failed: {output} {await error}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new FleetFailedException($"There is no {program} here.");
        }
    }
}
