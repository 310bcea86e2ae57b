using System.Diagnostics;

namespace Agentdom.Benchmarks;

/// <summary>The sample issuer as a separate process on a free loopback port.</summary>
internal sealed class IssuerProcess : IDisposable
{
    private const string Listening = "Now listening on: http://";
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private IssuerProcess(Process process) => _process = process;

    /// <summary>The host, such as <c>127.0.0.1:41235</c>.</summary>
    internal string Host { get; private set; } = "";

    internal static async Task<IssuerProcess> StartAsync(string secret, IEnumerable<string> scopes)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            // Logging each request would affect the measurement.
            ArgumentList =
            {
                BuildOutput.SampleIssuer, "--urls=http://127.0.0.1:0",
                "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
            },
            RedirectStandardOutput = true,
        };
        start.Environment["ATP_SECRET"] = secret;
        start.Environment["ATP_SCOPES"] = string.Join(' ', scopes);
        // One agent sends more requests here than any real one.
        start.Environment["ATP_RATE_LIMIT"] = "off";
        var issuer = new IssuerProcess(Process.Start(start)!);
        try
        {
            issuer.Host = await ReadHostAsync(issuer._process.StandardOutput).WaitAsync(s_startLimit);
            // Reads and discards the rest, because a full pipe would block the issuer.
            _ = issuer._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return issuer;
        }
        catch (TimeoutException)
        {
            issuer.Dispose();
            throw new BenchmarkFailedException("The sample issuer did not start in time.");
        }
        catch
        {
            issuer.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<string> ReadHostAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            var at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at >= 0) return line[(at + Listening.Length)..].Trim();
        }
        throw new BenchmarkFailedException("The sample issuer exited before it listened.");
    }
}
