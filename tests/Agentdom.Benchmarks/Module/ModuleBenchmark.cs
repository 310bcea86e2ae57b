using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Agentdom.Benchmarks.Load;

namespace Agentdom.Benchmarks.Module;

/// <summary>
/// Compares the module in pwsh with a script that does the same by hand, and with the import of SecretManagement. Each run is a
/// new pwsh process. The runs alternate, and a figure is the median.
/// </summary>
internal static class ModuleBenchmark
{
    private const int Runs = 5;
    private const int Imports = 15;
    private const int Calls = 300;
    private const int Bodies = 100_000;
    private const string SecretManagement = "Microsoft.PowerShell.SecretManagement";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    internal static async Task RunAsync()
    {
        if (!OnPath.Has("pwsh")) throw new BenchmarkFailedException("There is no pwsh here.");
        using var home = new TemporaryHome();
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        using var issuer = await IssuerProcess.StartAsync(secret, ["data.read"]);
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", secret);

        // By its path, like ours, so that the search for the name is not measured.
        var secretManagement = (await RunAsync(
            "-Command", $"(Get-Module {SecretManagement} -ListAvailable | Select-Object -First 1).Path")).Trim();
        var bare = Path.Combine(home.Folder, "Bare");
        await RunAsync("-File", Path.Combine(BuildOutput.ModuleScripts, "bare-module.ps1"), "-Folder", bare);
        var (ours, byHand, other, least) = (new Figures(), new Figures(), new Figures(), new Figures());
        // The first run of each fills the system's file cache and is not counted.
        for (var run = 0; run <= Imports; run++)
        {
            await AddAsync(ours, run, "import.ps1", "-Manifest", BuildOutput.ModuleManifest);
            await AddAsync(other, run, "import.ps1", "-Manifest", secretManagement);
            await AddAsync(least, run, "import.ps1", "-Manifest", Path.Combine(bare, "Bare.psd1"));
        }
        for (var run = 0; run <= Runs; run++)
        {
            await AddAsync(ours, run, "agentdom.ps1", "-Manifest", BuildOutput.ModuleManifest,
                "-HostName", issuer.Host, "-Calls", Text(Calls), "-Bodies", Text(Bodies));
            await AddAsync(byHand, run, "by-hand.ps1", "-HostName", issuer.Host, "-Calls", Text(Calls), "-Bodies", Text(Bodies));
        }
        Write(ours, byHand, other, least);
    }

    private static void Write(Figures ours, Figures byHand, Figures other, Figures least)
    {
        Console.WriteLine($"Medians of {Runs} runs, of {Imports} for imports, {Environment.ProcessorCount} cores\n");
        Console.WriteLine("| | Agentdom | beside | times better |");
        Console.WriteLine("|---|---:|---:|---:|");
        Row("import (ms), beside SecretManagement's", ours["import"], other["import"]);
        Row("import (ms), beside that of a module with one cmdlet and one view", ours["import"], least["import"]);
        Row("first Request-AtpToken (ms), beside the script's first call", ours["first-request"], byHand["first-request"]);
        Row("warm Request-AtpToken (ms), beside the script's", ours["warm-request"], byHand["warm-request"]);
        Row("warm Get-AtpToken (ms)", ours["warm-get"], null);
        // Each goes on where the last one stopped.
        foreach (var bodies in new[] { Bodies / 100, Bodies / 10, Bodies })
        {
            var name = $"sign-{bodies}";
            Row(string.Create(CultureInfo.InvariantCulture, $"a signature through the pipeline, up to the {bodies:N0}th body (µs)"),
                1000 * ours[name], 1000 * byHand[name]);
            Goals.AtLeast($"signing, up to {bodies / 1000}k", byHand[name] / ours[name], 8);
        }
        Row("of that, PowerShell's own pipeline (µs)", 1000 * ours["pipeline"], null);
        Goals.AtLeast("import, SecretManagement's", other["import"] / ours["import"], 1);
    }

    private static void Row(string what, double ours, double? beside) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {what} | {ours:#,0.0##} | {beside:#,0.0##} | {beside / ours:0.00} |"));

    private static async Task AddAsync(Figures figures, int run, string script, params string[] arguments)
    {
        var lines = await RunAsync(["-File", Path.Combine(BuildOutput.ModuleScripts, script), .. arguments]);
        if (run > 0) figures.Add(lines);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("pwsh", ["-NoProfile", "-NonInteractive", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new BenchmarkFailedException($"pwsh {arguments[1]} did not finish in time.");
        }
        return process.ExitCode == 0 ? await output : throw new BenchmarkFailedException($"pwsh {arguments[1]}: {await errors}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The figures of one side by name.</summary>
    private sealed class Figures
    {
        private readonly Dictionary<string, List<double>> _values = [];

        /// <summary>The median.</summary>
        internal double this[string name] => _values[name].Order().ElementAt(_values[name].Count / 2);

        internal void Add(string lines)
        {
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                // Not a figure, but for example a warning.
                if (line.Split(' ') is not [var name, var text]
                    || !double.TryParse(text, CultureInfo.InvariantCulture, out var value)) continue;
                if (!_values.TryGetValue(name, out var values)) _values[name] = values = [];
                values.Add(value);
            }
        }
    }
}
