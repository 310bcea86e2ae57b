using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>A real Redis Sentinel, which makes a replica the master half a second after the master has gone.</summary>
internal sealed class RedisSentinel : IDisposable
{
    internal const string ServiceName = "agentdom";

    private readonly string _folder = TestPaths.NewFolder();
    private readonly Process _process;

    private RedisSentinel(RedisServer master, int port)
    {
        var file = Path.Combine(_folder, "sentinel.conf");
        File.WriteAllText(file, $"""
            port {port}
            bind 127.0.0.1
            dir {_folder}
            sentinel monitor {ServiceName} 127.0.0.1 {master.Port} 1
            sentinel down-after-milliseconds {ServiceName} 500
            sentinel failover-timeout {ServiceName} 2000
            """);
        _process = Process.Start(new ProcessStartInfo("redis-server", [file, "--sentinel"]) { RedirectStandardOutput = true })!;
    }

    /// <summary>Starts it, and waits until it knows the replicas of the master.</summary>
    internal static async Task<RedisSentinel> StartAsync(RedisServer master, int replicas, int port)
    {
        var sentinel = new RedisSentinel(master, port);
        while (replicas > 0 && await sentinel._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("+slave slave", StringComparison.Ordinal)) replicas--;
        }
        Assert.False(sentinel._process.HasExited, "The sentinel did not start.");
        _ = sentinel._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return sentinel;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
