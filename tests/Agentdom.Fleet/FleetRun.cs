using Agentdom.Fleet.Agents;
using Agentdom.Fleet.Events;
using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.Processes;
using Agentdom.Fleet.Reporting;
using Agentdom.Fleet.States;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet;

/// <summary>One run: the agents, the nodes behind nginx, one state, and the events.</summary>
internal static class FleetRun
{
    // Until then, everything must be started.
    private static readonly TimeSpan s_startIn = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <returns>The result, also if the run ended early because something failed.</returns>
    /// <exception cref="FleetFailedException">A server could not be started.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began.</exception>
    internal static async Task<FleetResult> RunAsync(string stateName, FleetOptions options, CancellationToken cancel)
    {
        using var folder = new TempFolder();
        var schedule = new Schedule(options);
        var plan = ClockPlan.Make(DateTimeOffset.UtcNow + s_startIn, options.Speed, schedule.Slow);
        var measures = new Measurements(plan, options.Length);
        var time = new FleetTime(plan);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);

        using var state = Open(stateName, folder.Path, plan, options.Nodes);
        await state.StartAsync().WaitAsync(cancel);

        var port = FreePort.Find();
        var origin = new Uri($"http://127.0.0.1:{port}");
        var settingsFile = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "settings")).FullName, "issuer.json");
        var settings = new IssuerSettings(settingsFile, origin.GetLeftPart(UriPartial.Authority), options.TokenLifetime);
        var secrets = new FleetSecrets { Spread = schedule.SecretSpread };
        var nodes = new List<IssuerNode>();
        try
        {
            for (var i = 1; i <= options.Nodes; i++) nodes.Add(new IssuerNode(i, folder.Path, settingsFile, plan, state.NodeSettings));
            using var nginx = new Nginx(folder.Path, port, nodes);
            var misuse = new Misuse(new NodeProbe(nodes, time, measures), time, measures, new Random(options.Seed), end.Token);
            var population = new Population { Plan = plan, Secrets = secrets, Measures = measures };
            using var network = new FleetNetwork(measures, (agent, body) =>
            {
                // A registered agent may be disabled before its request is sent again.
                if (!population.Registered.ContainsKey(agent)) misuse.OnGranted(body);
            });
            population.Make(
                options, origin, network, UseHome(folder.Path), (agent, token) => misuse.OnDead(ProbeKind.RevokedToken, agent, token));

            settings.AddSecret(secrets.Old);
            foreach (var (agent, secret) in population.Registered) settings.Register(agent, secret);
            settings.Write();
            await Task.WhenAll(nodes.Select(static node => node.StartAsync())).WaitAsync(cancel);
            await nginx.StartAsync();
            await WarmUp.RunAsync(plan, options.Length, secrets.Old, origin);

            var events = new EventRunner(schedule, time, measures, end.Token)
            {
                Nodes = nodes,
                State = state,
                Settings = settings,
                Secrets = secrets,
                Population = population,
                Misuse = misuse,
            };
            if (measures.Elapsed > s_startIn) throw new FleetFailedException("The machine was too slow to start everything in time.");
            if (measures.Elapsed < TimeSpan.Zero) await Task.Delay(-measures.Elapsed, time, cancel);
            measures.Note($"{options.Agents:N0} agents, {options.Nodes} nodes, {state.Name}: begins");
            var before = Used();
            var lateness = new Lateness(plan, time);
            var agents = population.RunAsync(end.Token);
            var happening = events.RunAsync();
            Task[] all = [agents, happening, lateness.RunAsync(end.Token), SizeSampler.RunAsync(state, measures, end.Token)];
            Exception? failure = null;
            try
            {
                await UntilEndAsync(Task.Delay(options.Length - measures.Elapsed, time, end.Token), agents, happening);
            }
            catch (Exception e)
            {
                // The figures until now may explain it.
                failure = e;
            }
            measures.Note(failure is null ? "ends" : "failed");
            var used = Used() - before;
            await end.CancelAsync();
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new FleetResult
            {
                State = state.Name,
                Options = options,
                Measures = measures,
                Lateness = lateness,
                Nodes = [.. nodes.Select(static node => node.Name)],
                LongestOutage = events.LongestOutage,
                Used = used,
                Failure = failure,
            };

            ProcessorTimes Used() => new(
                nodes.Aggregate(TimeSpan.Zero, static (sum, node) => sum + node.ProcessorTime), nginx.ProcessorTime, state.ProcessorTime);
        }
        finally
        {
            await end.CancelAsync();
            foreach (var node in nodes) node.Dispose();
        }
    }

    // Agents end before the run only if one of them fails. Events always end before it.
    private static async Task UntilEndAsync(Task length, Task agents, Task events)
    {
        if (await Task.WhenAny(length, agents, events) == events) await events;
        await await Task.WhenAny(length, agents);
        if (!events.IsCompletedSuccessfully) throw new FleetFailedException("The run ended before everything had happened.");
    }

    private static FleetState Open(string name, string folder, ClockPlan plan, int nodes) => name switch
    {
        "redis" => new RedisState(folder, plan),
        "cluster" => new RedisClusterState(folder, plan),
        "postgres" => new PostgresState(folder, nodes),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    // Vaults of their own, and a key from the environment, so no keychain is needed.
    private static string UseHome(string folder)
    {
        var home = Path.Combine(folder, "home");
        Environment.SetEnvironmentVariable(AgentdomHome.Variable, home);
        Environment.SetEnvironmentVariable("AGENTDOM_VAULT_KEY", FleetSecrets.New());
        return Path.Combine(home, "agents");
    }
}
