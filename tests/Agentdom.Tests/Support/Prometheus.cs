using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Agentdom.Tests.Support;

/// <summary>A real Prometheus with the configuration and the rules of samples/observability, but it scrapes every second.</summary>
internal sealed class Prometheus : IDisposable
{
    internal const string Name = "prometheus";

    private readonly string _folder = TestPaths.NewFolder();
    private readonly int _port = FreePort.Find();
    private Process? _process;

    private Prometheus()
    {
    }

    internal static string Sample { get; } = Path.Combine(TestPaths.RepositoryRoot, "samples", "observability");

    /// <param name="targets">What it scrapes, such as <c>127.0.0.1:9464</c>.</param>
    internal static async Task<Prometheus> StartAsync(params string[] targets)
    {
        var prometheus = new Prometheus();
        try
        {
            prometheus._process = prometheus.Start(targets);
            await TokenApi.UntilAsync(prometheus.IsReadyAsync);
            return prometheus;
        }
        catch
        {
            prometheus.Dispose();
            throw;
        }
    }

    /// <summary>Runs promtool on files of the sample.</summary>
    internal static async Task<(int ExitCode, string Output)> RunToolAsync(params string[] arguments)
    {
        using var process = Start("promtool", arguments, redirected: true);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>The labels of what a query gives now, without values that are not a number.</summary>
    /// <exception cref="InvalidOperationException">The query is wrong.</exception>
    internal async Task<IReadOnlyList<Dictionary<string, string>>> QueryAsync(string query)
    {
        using var response = await Wire.Http.GetAsync(Uri("/api/v1/query?query=" + System.Uri.EscapeDataString(query)));
        var answer = await Wire.JsonAsync(response);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{query}: {answer}");
        return
        [
            .. answer.GetProperty("data").GetProperty("result").EnumerateArray()
                .Where(static sample => sample.GetProperty("value")[1].GetString() is not "NaN")
                .Select(static sample => sample.GetProperty("metric").Deserialize<Dictionary<string, string>>()!),
        ];
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private Process Start(string[] targets)
    {
        var configuration = File.ReadAllText(Path.Combine(Sample, "prometheus.yml"));
        configuration = Replaced(configuration, "'127.0.0.1:9464'", string.Join(", ", targets.Select(static t => $"'{t}'")));
        configuration = Replaced(configuration, "15s", "1s");
        File.WriteAllText(Path.Combine(_folder, "prometheus.yml"), configuration);
        File.Copy(Path.Combine(Sample, "alerts.yml"), Path.Combine(_folder, "alerts.yml"));
        return Start(Name,
            [
                $"--config.file={_folder}/prometheus.yml", $"--storage.tsdb.path={_folder}/data", "--log.level=error",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{_port}"),
            ]);
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited) throw new InvalidOperationException("Prometheus has exited.");
        try
        {
            using var response = await Wire.Http.GetAsync(Uri("/-/ready"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Uri Uri(string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}{path}"));

    private static string Replaced(string text, string old, string replacement)
    {
        Assert.Contains(old, text);
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }

    private static Process Start(string command, string[] arguments, bool redirected = false)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command, arguments)
            {
                WorkingDirectory = Sample,
                RedirectStandardOutput = redirected,
                RedirectStandardError = redirected,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Needs.Missing(Name, $"There is no {command} here (apt-get install prometheus).");
            throw;
        }
    }
}
