using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// Some calls before the run, so that the nodes have compiled their code: in simulated time a slow start would be a long outage. They are
/// not measured.
/// </summary>
internal static class WarmUp
{
    private const int Agents = 300;
    private const int AtOnce = 8;

    internal static async Task RunAsync(ClockPlan plan, TimeSpan length, string secret, Uri origin)
    {
        using var network = new FleetNetwork(new Measurements(plan, length), static (_, _) => { });
        var clock = new FleetTime(plan);
        await Parallel.ForAsync(0, Agents, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, cancel) =>
        {
            var id = $"warm-up-{i}";
            var client = new ServiceClient(new AgentIdentity(id, () => secret, clock, IsRegistered: false), origin, network);
            try
            {
                await client.CallAsync(cancel);
            }
            catch (Exception e) when (e is AtpException or HttpRequestException or OperationCanceledException)
            {
                // The first ones may take too long.
            }
        });
    }
}
