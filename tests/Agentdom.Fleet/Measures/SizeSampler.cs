using Agentdom.Fleet.States;

namespace Agentdom.Fleet.Measures;

/// <summary>Measures the size of the state about once a second of real time, if it answers.</summary>
internal static class SizeSampler
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    internal static async Task RunAsync(FleetState state, Measurements measures, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                var size = await state.MeasureAsync().WaitAsync(s_patience, end);
                measures.Sizes.Enqueue(new SizeSample(measures.Elapsed, size));
            }
            catch (Exception)
            {
                // It is down, as the schedule says, or the run is over.
            }
            await Task.Delay(s_every, CancellationToken.None);
        }
    }
}
