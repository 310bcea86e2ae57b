using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>A web app as a separate process, which can be killed.</summary>
internal sealed class AppProcess : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private bool _killed;

    private AppProcess(Process process, string url) => (_process, Url) = (process, url);

    internal int Id => _process.Id;

    /// <summary>Its address, without a slash at its end.</summary>
    internal string Url { get; }

    /// <summary>Starts it, and waits until it listens. Its output must be redirected.</summary>
    internal static async Task<AppProcess> StartAsync(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at < 0) continue;
            // Reads and discards the rest, because a full pipe would block the app.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return new AppProcess(process, line[(at + Listening.Length)..].Trim());
        }
        throw new InvalidOperationException($"The app ended before it listened: {await error}");
    }

    /// <summary>Kills it, as <c>kill -9</c> does.</summary>
    public void Dispose()
    {
        if (_killed) return;
        _killed = true;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
