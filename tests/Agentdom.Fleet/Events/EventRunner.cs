using Agentdom.Fleet.Agents;
using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.States;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Events;

/// <summary>Makes everything happen that the schedule says.</summary>
internal sealed class EventRunner(Schedule schedule, FleetTime time, Measurements measures)
{
    private const int DisabledAgents = 10;

    // A node reads changed settings within a second. This is real time, whatever the speed.
    private static readonly TimeSpan s_settingsAreRead = TimeSpan.FromSeconds(3);

    private readonly List<TimeSpan> _outages = [];

    internal required IReadOnlyList<IssuerNode> Nodes { get; init; }

    internal required FleetState State { get; init; }

    internal required IssuerSettings Settings { get; init; }

    internal required FleetSecrets Secrets { get; init; }

    internal required Population Population { get; init; }

    internal required Misuse Misuse { get; init; }

    /// <summary>The longest time that the state, or a part of it, was down.</summary>
    internal TimeSpan LongestOutage => _outages.Count == 0 ? TimeSpan.Zero : _outages.Max();

    internal async Task RunAsync(CancellationToken end)
    {
        (TimeSpan At, Func<Task> Happen)[] events =
        [
            (schedule.NodeKilled, KillNodeAsync),
            (schedule.StateFrozen, FreezeAsync),
            (schedule.SecretRotated, RotateAsync),
            (schedule.SecretRemoved, RemoveSecretAsync),
            (schedule.AgentsDisabled, DisableAsync),
            (schedule.ClockSet, SetClockAsync),
            (schedule.ClockSetBack, SetClockBackAsync),
            (schedule.PartKilled, KillPartAsync),
        ];
        foreach (var (at, happen) in events.OrderBy(static e => e.At))
        {
            await WaitUntilAsync(at, end);
            await happen();
        }
    }

    private async Task KillNodeAsync()
    {
        var node = Nodes[0];
        node.Kill();
        measures.Note($"{node.Name} killed");
        await Task.Delay(Schedule.NodeOutage, time);
        await node.StartAsync();
        measures.Note($"{node.Name} started");
    }

    private async Task FreezeAsync()
    {
        var begin = measures.Elapsed;
        await State.FreezeAsync();
        measures.Note($"{State.Name} frozen");
        await Task.Delay(Schedule.Outage, time);
        await State.ContinueAsync();
        _outages.Add(measures.Elapsed - begin);
        measures.Note($"{State.Name} continued");
    }

    private async Task KillPartAsync()
    {
        var begin = measures.Elapsed;
        State.KillPart();
        measures.Note($"{State.Part} killed");
        await Task.Delay(Schedule.Outage, time);
        await State.StartPartAsync();
        _outages.Add(measures.Elapsed - begin);
        measures.Note($"{State.Part} started");
    }

    private async Task RotateAsync()
    {
        var next = FleetSecrets.New();
        // In two steps, because the nodes do not read the settings at the same moment.
        Settings.AddSecret(next);
        Settings.Write();
        await Task.Delay(s_settingsAreRead);
        Settings.PutFirst(next);
        Settings.Write();
        await Task.Delay(s_settingsAreRead);
        Secrets.HandOut(next, time.GetUtcNow());
        measures.Note("secret rotated");
    }

    private Task RemoveSecretAsync()
    {
        Settings.RemoveSecret(Secrets.Old);
        Settings.Write();
        measures.Note("old secret removed");
        return Task.CompletedTask;
    }

    private async Task DisableAsync()
    {
        var disabled = Population.Agents.Where(static agent => agent.Identity.IsRegistered).Take(DisabledAgents).ToList();
        var tokens = new List<(string Agent, string Token)>();
        foreach (var agent in disabled)
        {
            if (await agent.Client.TokenAsync(CancellationToken.None) is { } token) tokens.Add((agent.Identity.Id, token));
            agent.ShutOut();
            Settings.Disable(agent.Identity.Id);
        }
        Settings.Write();
        await Task.Delay(s_settingsAreRead);
        measures.Note($"{disabled.Count} agents disabled");
        foreach (var (agent, token) in tokens) Misuse.OnDead(agent, token, "disabled");
    }

    private Task SetClockAsync()
    {
        Nodes[^1].SetClock(Schedule.ClockOffset);
        measures.Note($"clock of {Nodes[^1].Name} set 2 minutes ahead");
        return Task.CompletedTask;
    }

    private Task SetClockBackAsync()
    {
        Nodes[^1].SetClock(TimeSpan.Zero);
        measures.Note($"clock of {Nodes[^1].Name} set back");
        return Task.CompletedTask;
    }

    private Task WaitUntilAsync(TimeSpan at, CancellationToken end)
    {
        var left = at - measures.Elapsed;
        return left > TimeSpan.Zero ? Task.Delay(left, time, end) : Task.CompletedTask;
    }
}
