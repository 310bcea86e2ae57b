using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Agentdom.Tests.Support;

/// <summary>A real redis-server on a free port, without persistence. It can be killed and started again.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = TestPaths.NewFolder();
    private readonly string[] _settings;
    private readonly ServerClock? _clock;
    private Process? _process;

    private RedisServer(string[] settings, ServerClock? clock = null) => (_settings, _clock) = (settings, clock);

    internal int Port { get; } = FreePort.Find();

    internal string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    internal static async Task<RedisServer> StartAsync(params string[] settings)
    {
        var server = new RedisServer(settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A server with a clock that the test can set.</summary>
    internal static async Task<RedisServer> StartAsync(ServerClock clock)
    {
        var server = new RedisServer([], clock);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A server that is not started yet. Its address is known, but nothing listens there.</summary>
    internal static RedisServer Down(params string[] settings) => new(settings);

    internal async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("redis-server")
        {
            ArgumentList =
            {
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder,
                "--save", "", "--appendonly", "no",
            },
            RedirectStandardOutput = true,
        };
        foreach (var setting in _settings) start.ArgumentList.Add(setting);
        foreach (var (name, value) in _clock?.Environment ?? []) start.Environment[name] = value;
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no redis-server here (apt-get install redis-server).");
        }
        while (await _process!.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections")) break;
        }
        Assert.False(_process.HasExited, "redis-server did not start.");
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>Suspends the server: its connections stay open, but it does not answer until it is continued.</summary>
    internal Task StopAsync() => SignalAsync("-STOP");

    internal Task ContinueAsync() => SignalAsync("-CONT");

    internal void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>A connection for the test itself, with admin commands allowed.</summary>
    internal async Task<ConnectionMultiplexer> ConnectAsync(string more = "") =>
        await ConnectionMultiplexer.ConnectAsync($"{Address},allowAdmin=true{more}");

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
