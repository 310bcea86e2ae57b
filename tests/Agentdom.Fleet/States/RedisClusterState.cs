using System.Globalization;
using Agentdom.Fleet.Processes;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.States;

/// <summary>
/// A Redis Cluster of three masters without replicas. If one is killed, its third of the keys is out of reach until it is back.
/// </summary>
internal sealed class RedisClusterState(string folder, ClockPlan plan) : FleetState
{
    private const int Masters = 3;

    private readonly List<RedisServer> _masters = [];

    internal override string Name => "Redis Cluster";

    internal override string Part => "a master of the cluster";

    internal override IReadOnlyDictionary<string, string> NodeSettings =>
        new Dictionary<string, string> { ["Redis"] = string.Join(',', _masters.Select(static m => m.Address)) };

    internal override TimeSpan ProcessorTime => _masters.Aggregate(TimeSpan.Zero, static (sum, master) => sum + master.ProcessorTime);

    internal override async Task StartAsync()
    {
        var clock = await ServerClock.MakeAsync(plan, folder);
        for (var i = 0; i < Masters; i++)
        {
            var master = new RedisServer(
                folder, clock, "--cluster-enabled", "yes", "--cluster-port", FreePort.Find().ToString(CultureInfo.InvariantCulture),
                "--cluster-require-full-coverage", "no",
                // In simulated time, which is short while it runs fast. A master that is only late must not count as failed.
                "--cluster-node-timeout", "120000");
            _masters.Add(master);
            await master.StartAsync();
        }
        await Command.RunAsync("redis-cli", ["--cluster", "create", .. _masters.Select(static m => m.Address), "--cluster-yes"]);
    }

    internal override Task FreezeAsync() => Task.WhenAll(_masters.Select(static master => master.SignalAsync("STOP")));

    internal override Task ContinueAsync() => Task.WhenAll(_masters.Select(static master => master.SignalAsync("CONT")));

    internal override void KillPart() => _masters[0].Kill();

    internal override Task StartPartAsync() => _masters[0].StartAsync();

    internal override async Task<StateSize> MeasureAsync()
    {
        var sizes = await Task.WhenAll(_masters.Select(static master => master.MeasureAsync()));
        return new StateSize(sizes.Sum(static size => size.Entries), sizes.Sum(static size => size.Bytes));
    }

    public override void Dispose()
    {
        foreach (var master in _masters) master.Dispose();
    }
}
