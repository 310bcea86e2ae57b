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

    /// <returns>The result.</returns>
    /// <exception cref="FleetFailedException">A server could not be started.</exception>
    internal static async Task<FleetResult> RunAsync(string stateName, FleetOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("agentdom-fleet-").FullName;
        try
        {
            return await RunAsync(stateName, options, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<FleetResult> RunAsync(string stateName, FleetOptions options, string folder)
    {
        var schedule = new Schedule(options);
        var plan = ClockPlan.Make(DateTimeOffset.UtcNow + s_startIn, options.Speed, schedule.RealSpeed);
        var measures = new Measurements(plan, options.Length);
        var time = new FleetTime(plan);
        using var end = new CancellationTokenSource();

        using var state = Open(stateName, folder, plan);
        await state.StartAsync();

        var port = FreePort.Find();
        var origin = new Uri($"http://127.0.0.1:{port}");
        var settingsFile = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "settings")).FullName, "issuer.json");
        var settings = new IssuerSettings(settingsFile, origin.GetLeftPart(UriPartial.Authority), options.TokenLifetime);
        var secrets = new FleetSecrets { Spread = schedule.SecretSpread };
        var nodes = new List<IssuerNode>();
        try
        {
            for (var i = 1; i <= options.Nodes; i++) nodes.Add(new IssuerNode(i, folder, settingsFile, plan, state.NodeArguments));
            using var nginx = new Nginx(folder, port, nodes);
            var misuse = new Misuse(
                new NodeProbe(nodes, measures), time, measures, options.TokenLifetime, new Random(options.Seed), end.Token);
            using var network = new FleetNetwork(measures, misuse.OnGranted);
            var population = new Population { Plan = plan, Secrets = secrets, Measures = measures };
            var vaults = UseHome(folder);
            population.Make(options, origin, network, vaults, (agent, token) => misuse.OnDead(agent, token, "revoked"));

            settings.AddSecret(secrets.Old);
            foreach (var (agent, secret) in population.Registered) settings.Register(agent, secret);
            settings.Write();
            await Task.WhenAll(nodes.Select(static node => node.StartAsync()));
            await nginx.StartAsync();
            await WarmUp.RunAsync(plan, options.Length, secrets.Old, origin);

            var events = new EventRunner(schedule, time, measures)
            {
                Nodes = nodes,
                State = state,
                Settings = settings,
                Secrets = secrets,
                Population = population,
                Misuse = misuse,
            };
            if (measures.Elapsed > s_startIn) throw new FleetFailedException("The machine was too slow to start everything in time.");
            if (measures.Elapsed < TimeSpan.Zero) await Task.Delay(-measures.Elapsed, time);
            measures.Note($"{options.Agents:N0} agents, {options.Nodes} nodes, {state.Name}: begins");
            var lateness = new Lateness(plan, time);
            var late = lateness.RunAsync(end.Token);
            var sizes = SizeSampler.RunAsync(state, measures, end.Token);
            var agents = population.RunAsync(end.Token);
            var happening = events.RunAsync(end.Token);
            var length = Task.Delay(options.Length - measures.Elapsed, time);
            // Events end before the run, or fail and end it.
            if (await Task.WhenAny(length, happening) == happening) await happening;
            await length;
            measures.Note("ends");
            await end.CancelAsync();
            await Task.WhenAll(agents, sizes, late);
            return new FleetResult
            {
                State = state.Name,
                Options = options,
                Measures = measures,
                Lateness = lateness,
                LongestOutage = events.LongestOutage,
                NodeTime = nodes.Aggregate(TimeSpan.Zero, static (sum, node) => sum + node.ProcessorTime),
                ProxyTime = nginx.ProcessorTime,
                StateTime = state.ProcessorTime,
            };
        }
        finally
        {
            foreach (var node in nodes) node.Dispose();
        }
    }

    private static FleetState Open(string name, string folder, ClockPlan plan) => name switch
    {
        "redis" => new RedisState(folder, plan),
        "cluster" => new RedisClusterState(folder, plan),
        "postgres" => new PostgresState(folder),
        _ => throw new FleetFailedException($"There is no state '{name}'.\n{FleetOptions.Usage}"),
    };

    // Vaults of their own, and a key that no keychain is asked for.
    private static string UseHome(string folder)
    {
        var home = Path.Combine(folder, "home");
        Environment.SetEnvironmentVariable(AgentdomHome.Variable, home);
        Environment.SetEnvironmentVariable("AGENTDOM_VAULT_KEY", FleetSecrets.New());
        return Path.Combine(home, "agents");
    }
}
