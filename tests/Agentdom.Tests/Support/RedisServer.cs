using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace Agentdom.Tests.Support;

/// <summary>
/// A real redis-server, or another with its options, on a free port, without persistence. It can be killed and started again.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Redis = "redis-server";

    private readonly string _folder = TestPaths.NewFolder();
    private readonly string[] _settings;
    private readonly ServerClock? _clock;
    private string[] _tls = [];
    private Process? _process;

    private readonly string _program;

    private RedisServer(string[] settings, ServerClock? clock = null, string program = Redis) =>
        (_settings, _clock, _program) = (settings, clock, program);

    internal int Port { get; } = FreePort.Find();

    internal string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    internal static Task<RedisServer> StartAsync(params string[] settings) => StartedAsync(new RedisServer(settings));

    /// <summary>A server with a clock that the test can set.</summary>
    internal static Task<RedisServer> StartAsync(ServerClock? clock, params string[] settings) =>
        StartedAsync(new RedisServer(settings, clock));

    /// <summary>A valkey-server, which has the options of a redis-server.</summary>
    internal static Task<RedisServer> StartValkeyAsync() => StartedAsync(new RedisServer([], program: "valkey-server"));

    /// <summary>A server that accepts connections with TLS only.</summary>
    /// <param name="name">The name in its certificate.</param>
    internal static Task<RedisServer> StartTlsAsync(ThrowawayAuthority authority, string name, params string[] settings)
    {
        var server = new RedisServer(settings);
        using var certificate = authority.CertificateFor(name);
        using var key = certificate.GetRSAPrivateKey()!;
        File.WriteAllText(server.PathOf("certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(server.PathOf("key.pem"), key.ExportPkcs8PrivateKeyPem());
        server._tls =
        [
            "--port", "0", "--tls-port", server.Port.ToString(CultureInfo.InvariantCulture), "--tls-auth-clients", "no",
            "--tls-cert-file", server.PathOf("certificate.pem"), "--tls-key-file", server.PathOf("key.pem"),
            "--tls-ca-cert-file", authority.File,
        ];
        return StartedAsync(server);
    }

    /// <summary>A server that is not started yet. Its address is known, but nothing listens there.</summary>
    internal static RedisServer Down(params string[] settings) => new(settings);

    internal async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(_program)
        {
            ArgumentList =
            {
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder,
                "--save", "", "--appendonly", "no",
            },
            RedirectStandardOutput = true,
        };
        foreach (var setting in _tls.Concat(_settings)) start.ArgumentList.Add(setting);
        foreach (var (name, value) in _clock?.Environment ?? []) start.Environment[name] = value;
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"There is no {_program} here (apt-get install {_program}).");
        }
        while (await _process!.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections")) break;
        }
        Assert.False(_process.HasExited, $"{_program} did not start.");
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>Suspends the server: its connections stay open, but it does not answer until it is continued.</summary>
    internal Task StopAsync() => SignalAsync("-STOP");

    internal Task ContinueAsync() => SignalAsync("-CONT");

    /// <summary>
    /// Lets the server remove what has expired by its clock, as it does by itself sooner or later: looking at a key is enough.
    /// </summary>
    internal async Task RemoveExpiredAsync()
    {
        await using var admin = await ConnectAsync();
        await foreach (var key in admin.GetServers().Single(s => s.EndPoint.ToString()!.EndsWith($":{Port}", StringComparison.Ordinal))
            .KeysAsync(pageSize: 1000))
        {
            _ = key;
        }
    }

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

    private static async Task<RedisServer> StartedAsync(RedisServer server)
    {
        await server.StartAgainAsync();
        return server;
    }

    private string PathOf(string file) => Path.Combine(_folder, file);

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
