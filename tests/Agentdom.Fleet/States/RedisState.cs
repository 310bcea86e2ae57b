using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.States;

/// <summary>One Redis.</summary>
internal sealed class RedisState(string folder, ClockPlan plan) : FleetState
{
    private RedisServer? _server;

    internal override string Name => "Redis";

    internal override string Part => "Redis";

    internal override IReadOnlyDictionary<string, string> NodeSettings => new Dictionary<string, string> { ["Redis"] = Server.Address };

    internal override TimeSpan ProcessorTime => Server.ProcessorTime;

    private RedisServer Server => _server ?? throw new InvalidOperationException("It was not started.");

    internal override async Task StartAsync()
    {
        _server = new RedisServer(folder, await ServerClock.MakeAsync(plan, folder));
        await _server.StartAsync();
    }

    internal override Task FreezeAsync() => Server.SignalAsync("STOP");

    internal override Task ContinueAsync() => Server.SignalAsync("CONT");

    internal override void KillPart() => Server.Kill();

    internal override Task StartPartAsync() => Server.StartAsync();

    internal override Task<StateSize> MeasureAsync() => Server.MeasureAsync();

    public override void Dispose() => _server?.Dispose();
}
