using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// A server in a separate process on a free loopback port. Its output goes to a file, because reading a pipe would use processor
/// time. For that it is started by <c>sh</c>.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _folder;

    private ServerProcess(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Address = new IPEndPoint(IPAddress.Loopback, port);
    }

    internal IPEndPoint Address { get; }

    /// <summary>The processor time it has used so far, on all cores.</summary>
    internal TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="command">Creates the command and its arguments from a port and an empty folder for the server.</param>
    /// <param name="environment">Environment variables in addition to this process's.</param>
    internal static async Task<ServerProcess> StartAsync(
        Func<int, string, string[]> command, IReadOnlyDictionary<string, string> environment)
    {
        var port = FreePort();
        var folder = Directory.CreateTempSubdirectory("agentdom-load-").FullName;
        var start = new ProcessStartInfo("sh") { ArgumentList = { "-c", "exec \"$@\" >\"$0\" 2>&1", Path.Combine(folder, "output") } };
        foreach (var word in command(port, folder)) start.ArgumentList.Add(word);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var server = new ServerProcess(Process.Start(start)!, folder, port);
        try
        {
            await server.ListeningAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ListeningAsync()
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_startLimit; await Task.Delay(50))
        {
            if (_process.HasExited)
                throw new BenchmarkFailedException(
                    $"A server exited before it listened: {File.ReadAllText(Path.Combine(_folder, "output"))}");
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(Address);
                return;
            }
            catch (SocketException)
            {
                // Not listening yet.
            }
        }
        throw new BenchmarkFailedException("A server did not listen in time.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
