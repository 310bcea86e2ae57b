using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Reporting;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// All agents of a run. Those that start together are services, and so is every other one of the rest. The others run on a schedule
/// and have a vault.
/// </summary>
internal sealed class Population
{
    /// <summary>How the ids of agents begin that start in the same minute.</summary>
    internal const string TogetherPrefix = "together-";

    internal const int RegisteredCount = 40;

    private const double TogetherShare = 0.1;
    private const double LargestOffsetMinutes = 10;

    private static readonly TimeSpan s_together = TimeSpan.FromMinutes(1);

    private readonly List<(FleetAgent Agent, TimeSpan Start)> _agents = [];
    private readonly Dictionary<string, string> _registered = [];

    /// <summary>The registered agents and their secrets.</summary>
    internal IReadOnlyDictionary<string, string> Registered => _registered;

    internal IEnumerable<FleetAgent> Agents => _agents.Select(static a => a.Agent);

    internal required ClockPlan Plan { get; init; }

    internal required FleetSecrets Secrets { get; init; }

    internal required Measurements Measures { get; init; }

    internal void Make(
        FleetOptions options, Uri origin, FleetNetwork network, string vaults, Action<string, string> onRevoked)
    {
        var random = new Random(options.Seed);
        var time = new FleetTime(Plan);
        var habits = new AgentHabits { CallInterval = options.CallInterval, LongestSleep = options.TokenLifetime * 1.5 };
        // They ask all the time, so that only the library's jitter spreads their renewals.
        var steady = habits with { AskInterval = Herd.WindowFor(options.TokenLifetime), RevokeShare = 0 };
        for (var i = 0; i < options.Agents; i++)
        {
            var isTogether = i >= RegisteredCount && i < RegisteredCount + options.Agents * TogetherShare;
            var identity = Identity(i, isTogether, (double)i / options.Agents, random);
            IAgentClient client = isTogether || i % 2 == 0
                ? new ServiceClient(identity, origin, network)
                : new ScheduledClient(identity, origin, network, vaults);
            var start = (isTogether ? s_together : options.TokenLifetime / 2) * random.NextDouble();
            _agents.Add((new FleetAgent(identity, client, time, Measures, isTogether ? steady : habits, new Random(random.Next()))
            {
                OnRevoked = onRevoked,
            }, start));
        }
    }

    /// <summary>Runs all agents until the end, or until one of them fails.</summary>
    internal async Task RunAsync(CancellationToken end)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end);
        await Task.WhenAll(_agents.Select(a => Task.Run(() => RunAsync(a.Agent, a.Start, stop), CancellationToken.None)));
    }

    private async Task RunAsync(FleetAgent agent, TimeSpan start, CancellationTokenSource stop)
    {
        try
        {
            await agent.RunAsync(start - Measures.Elapsed, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private AgentIdentity Identity(int number, bool isTogether, double share, Random random)
    {
        var clock = new FleetTime(Plan, TimeSpan.FromMinutes((random.NextDouble() * 2 - 1) * LargestOffsetMinutes));
        var id = $"{(isTogether ? TogetherPrefix : "agent-")}{number}";
        if (number >= RegisteredCount) return new AgentIdentity(id, () => Secrets.At(share, Plan.Now), clock, IsRegistered: false);
        var own = FleetSecrets.New();
        _registered.Add(id, own);
        return new AgentIdentity(id, () => own, clock, IsRegistered: true);
    }
}
