using System.Diagnostics;
using System.Globalization;

namespace Agentdom.Tests.Support;

/// <summary>
/// A real garnet-server of Microsoft on a free port, in memory. It is a tool that a machine has or has not, and no package of the tests:
/// the package brings 200 MB and other versions of the identity libraries, and the tool is larger still.
/// </summary>
internal sealed class GarnetServer : IAsyncDisposable
{
    private const string Name = "garnet-server";

    private readonly string _folder = TestPaths.NewFolder();
    private readonly Process _process;

    private GarnetServer(int port)
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        // By default it has no scripts, and scripts that run are not atomic.
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--memory", "256m", "--index", "16m",
            "--lua", "--lua-transaction-mode",
        ];
        try
        {
            _process = Process.Start(
                new ProcessStartInfo(Name, arguments) { RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Directory.Delete(_folder);
            Needs.Missing("garnet", "There is no garnet-server here (dotnet tool install --global garnet-server).");
            throw;
        }
    }

    internal string Address { get; }

    internal static async Task<GarnetServer> StartAsync()
    {
        var server = new GarnetServer(FreePort.Find());
        var output = server._process.StandardOutput;
        while (await output.ReadLineAsync() is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
        {
        }
        Assert.False(server._process.HasExited, $"{Name} did not start.");
        _ = output.BaseStream.CopyToAsync(Stream.Null);
        return server;
    }

    public ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }
}
