using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Agentdom.Pester;

/// <summary>A file of the suite. It runs in a separate pwsh, so that it cannot hang or break the others.</summary>
internal sealed class PesterFile(string path)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);
    private static readonly string s_root = Metadata("RepositoryRoot");

    internal string Name => Path.GetFileName(path);

    /// <summary>Whether the file registers refresh jobs, which changes the user's crontab.</summary>
    internal bool RegistersJobs => File.ReadAllText(path).Contains("Register-AtpRefreshJob", StringComparison.Ordinal);

    internal static IEnumerable<PesterFile> All() =>
        new[] { "tests/Pester", "samples/runbooks" }
            .SelectMany(static folder => Directory.GetFiles(Path.Combine(s_root, folder), "*.Tests.ps1").Order(StringComparer.Ordinal))
            .Select(static path => new PesterFile(path));

    /// <summary>Runs the file's tests, or lists them.</summary>
    internal async Task<IReadOnlyList<PesterTest>> RunAsync(bool list, CancellationToken cancellation)
    {
        var results = Path.GetTempFileName();
        try
        {
            var (ended, output) = await RunPwshAsync(
                [Path.Combine(s_root, "tests", "Pester", "Run.ps1"), "-Path", path, "-Pester", Metadata("Pester"), "-ResultPath", results,
                    .. list ? ["-List"] : Array.Empty<string>()],
                cancellation);
            var last = $"It wrote last:\n{output}";
            if (!ended) return [PesterTest.Broken($"It ran for more than {s_limit.TotalMinutes} minutes and was stopped. {last}")];
            var tests = PesterTest.Read(results);
            return tests.Count > 0 ? tests : [PesterTest.Broken($"It has no tests. {last}")];
        }
        catch (JsonException)
        {
            return [PesterTest.Broken($"It left no results. See what tests/Pester/Run.ps1 -Path {path} writes.")];
        }
        finally
        {
            File.Delete(results);
        }
    }

    private static async Task<(bool Ended, string Output)> RunPwshAsync(string[] arguments, CancellationToken cancellation)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Metadata("Pwsh"), "-NoProfile", "-NonInteractive", "-File", .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["NO_COLOR"] = "1", ["POWERSHELL_TELEMETRY_OPTOUT"] = "1" },
            },
            EnableRaisingEvents = true,
        };
        var tail = new Tail();
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => exited.TrySetResult();
        process.Start();
        process.StandardInput.Close();
        var reading = Task.WhenAll(tail.ReadAsync(process.StandardOutput), tail.ReadAsync(process.StandardError));
        try
        {
            await exited.Task.WaitAsync(s_limit, cancellation);
            // With a limit, because a process that a test left behind may keep the pipe open.
            await Task.WhenAny(reading, Task.Delay(s_drain, cancellation));
            return (true, tail.ToString());
        }
        catch (TimeoutException)
        {
            return (false, tail.ToString());
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static string Metadata(string key) =>
        typeof(PesterFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    /// <summary>The last lines of a process's output.</summary>
    private sealed class Tail
    {
        private const int Most = 40;

        private readonly Queue<string> _lines = new();

        internal async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lock (_lines)
                {
                    _lines.Enqueue(line);
                    if (_lines.Count > Most) _lines.Dequeue();
                }
            }
        }

        public override string ToString()
        {
            lock (_lines) return new StringBuilder().AppendJoin('\n', _lines).ToString();
        }
    }
}
