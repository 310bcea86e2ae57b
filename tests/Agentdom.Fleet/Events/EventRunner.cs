using Agentdom.Fleet.Agents;
using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.States;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Events;

/// <summary>Makes everything happen that the schedule says.</summary>
internal sealed class EventRunner(Schedule schedule, FleetTime time, Measurements measures, CancellationToken end)
{
    private const int DisabledAgents = 10;

    // A node reads changed settings within a second of real time.
    private static readonly TimeSpan s_settingsAreRead = TimeSpan.FromSeconds(3);

    private readonly List<TimeSpan> _outages = [];
    private string? _nextSecret;

    internal required IReadOnlyList<IssuerNode> Nodes { get; init; }

    internal required FleetState State { get; init; }

    internal required IssuerSettings Settings { get; init; }

    internal required FleetSecrets Secrets { get; init; }

    internal required Population Population { get; init; }

    internal required Misuse Misuse { get; init; }

    /// <summary>The longest time that the state, or a part of it, was down.</summary>
    internal TimeSpan LongestOutage => _outages.Count == 0 ? TimeSpan.Zero : _outages.Max();

    /// <exception cref="FleetFailedException">Something could not be made to happen, or not in time.</exception>
    internal async Task RunAsync()
    {
        (TimeSpan At, Func<Task> Happen)[] events =
        [
            (schedule.NodeKilled, KillNodeAsync),
            (schedule.StateFrozen, FreezeAsync),
            (schedule.SecretRotated, RotateAsync),
            (schedule.SecretHandedOut, HandOutSecretAsync),
            (schedule.SecretRemoved, RemoveSecretAsync),
            (schedule.AgentsDisabled, DisableAsync),
            (schedule.ClockSet, SetClockAsync),
            (schedule.ClockSetBack, SetClockBackAsync),
            (schedule.PartKilled, KillPartAsync),
        ];
        foreach (var (at, happen) in events.OrderBy(static e => e.At))
        {
            var left = at - measures.Elapsed;
            if (left < -Schedule.MostLate) throw new FleetFailedException("The machine was too slow to make everything happen in time.");
            if (left > TimeSpan.Zero) await Task.Delay(left, time, end);
            await happen();
        }
    }

    private async Task KillNodeAsync()
    {
        var (node, begin) = (Nodes[0], measures.Elapsed);
        node.Kill();
        measures.Note($"{node.Name} killed");
        await Task.Delay(Schedule.NodeOutage, time, end);
        await node.StartAsync();
        measures.Restarts.Enqueue((begin, measures.Elapsed));
        measures.Note($"{node.Name} started");
    }

    private async Task FreezeAsync()
    {
        var begin = measures.Elapsed;
        await State.FreezeAsync();
        measures.Note($"{State.Name} frozen");
        await Task.Delay(Schedule.Outage, time, end);
        await State.ContinueAsync();
        _outages.Add(measures.Elapsed - begin);
        measures.Note($"{State.Name} continued");
    }

    private async Task KillPartAsync()
    {
        var begin = measures.Elapsed;
        State.KillPart();
        measures.Note($"{State.Part} killed");
        await Task.Delay(Schedule.Outage, time, end);
        await State.StartPartAsync();
        measures.Restarts.Enqueue((begin, measures.Elapsed));
        _outages.Add(measures.Elapsed - begin);
        measures.Note($"{State.Part} started");
    }

    private async Task RotateAsync()
    {
        _nextSecret = FleetSecrets.New();
        // In two steps, because the nodes do not read the settings at the same moment.
        Settings.AddSecret(_nextSecret);
        Settings.Write();
        await Task.Delay(s_settingsAreRead, end);
        Settings.PutFirst(_nextSecret);
        Settings.Write();
        await Task.Delay(s_settingsAreRead, end);
        measures.Note("secret rotated");
    }

    private Task HandOutSecretAsync()
    {
        Secrets.HandOut(_nextSecret!, time.GetUtcNow());
        return Task.CompletedTask;
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
        var tokens = new Dictionary<FleetAgent, IReadOnlyList<string>>();
        foreach (var agent in disabled) tokens[agent] = await Misuse.BeforeDisabledAsync(agent.Identity, Nodes.Count);
        foreach (var agent in disabled)
        {
            agent.ShutOut();
            Settings.Disable(agent.Identity.Id);
        }
        Settings.Write();
        await Task.Delay(s_settingsAreRead, end);
        measures.Note($"{disabled.Count} agents disabled");
        foreach (var agent in disabled) await Misuse.OnDisabledAsync(agent.Identity, tokens[agent]);
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
}
