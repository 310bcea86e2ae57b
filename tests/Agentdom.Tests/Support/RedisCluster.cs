using System.Globalization;
using StackExchange.Redis;

namespace Agentdom.Tests.Support;

/// <summary>A real Redis Cluster of three masters.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;
    internal const int Masters = 3;

    private readonly List<RedisServer> _servers = [];

    internal IReadOnlyList<RedisServer> Servers => _servers;

    internal string Address => string.Join(',', _servers.Select(static s => s.Address));

    /// <param name="clocks">The clocks of the masters, if the test sets them.</param>
    internal static async Task<RedisCluster> StartAsync(params ServerClock[] clocks)
    {
        var cluster = new RedisCluster();
        var ports = new int[Masters];
        for (var i = 0; i < Masters; i++)
        {
            // The default is the port plus 10,000, which may be none.
            ports[i] = FreePort.Find();
            cluster._servers.Add(await RedisServer.StartAsync(
                clocks.ElementAtOrDefault(i), "--cluster-enabled", "yes", "--cluster-port", Text(ports[i]),
                // A clock that is set must not count as a failure.
                "--cluster-node-timeout", "86400000"));
        }
        for (var i = 0; i < Masters; i++)
        {
            var (from, to) = (Slots * i / Masters, (Slots * (i + 1) / Masters) - 1);
            await cluster.ExecuteAsync(i, "ADDSLOTSRANGE", Text(from), Text(to));
            await cluster.ExecuteAsync(i, "SET-CONFIG-EPOCH", Text(i + 1));
        }
        for (var i = 1; i < Masters; i++)
            await cluster.ExecuteAsync(0, "MEET", "127.0.0.1", Text(cluster._servers[i].Port), Text(ports[i]));
        for (var i = 0; i < Masters; i++)
        {
            var node = i;
            await TokenApi.UntilAsync(async () => await cluster.ExecuteAsync(node, "INFO") is var info
                && info.Contains("cluster_state:ok", StringComparison.Ordinal)
                && info.Contains($"cluster_known_nodes:{Masters}", StringComparison.Ordinal));
        }
        return cluster;
    }

    /// <summary>The master of a hash slot, as long as no slot has moved.</summary>
    internal static int MasterOf(int slot) => Enumerable.Range(0, Masters).Last(i => Slots * i / Masters <= slot);

    /// <summary>Begins to move a hash slot to the next master: all its keys are there, and the slot itself is not yet.</summary>
    internal async Task MoveKeysAsync(int slot)
    {
        var from = MasterOf(slot);
        var to = (from + 1) % Masters;
        await ExecuteAsync(to, "SETSLOT", Text(slot), "IMPORTING", await ExecuteAsync(from, "MYID"));
        await ExecuteAsync(from, "SETSLOT", Text(slot), "MIGRATING", await ExecuteAsync(to, "MYID"));
        await using var admin = await _servers[from].ConnectAsync();
        var server = admin.GetServers().Single(s => s.EndPoint.ToString() == _servers[from].Address);
        var keys = (string[])(await server.ExecuteAsync("CLUSTER", "GETKEYSINSLOT", Text(slot), "1000"))!;
        await server.ExecuteAsync("MIGRATE", ["127.0.0.1", _servers[to].Port, "", 0, 5000, "KEYS", .. keys]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }

    private async Task<string> ExecuteAsync(int node, params string[] words)
    {
        await using var admin = await _servers[node].ConnectAsync();
        var server = admin.GetServers().Single(s => s.EndPoint.ToString() == _servers[node].Address);
        return (await server.ExecuteAsync("CLUSTER", [.. words])).ToString();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
