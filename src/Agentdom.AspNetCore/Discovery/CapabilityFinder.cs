namespace Agentdom.AspNetCore;

/// <summary>
/// Asks a source until it has succeeded once. All requests wait for the same attempt, and not long: a manifest without capabilities is
/// better than none, because agents find the token endpoints in it.
/// </summary>
internal sealed class CapabilityFinder(ICapabilitySource source, TimeProvider time, Outage outage)
{
    /// <summary>How long it waits after a failure before it asks again.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    // The published tools wait for four seconds.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly Lock _asking = new();
    private volatile IReadOnlyList<FoundCapability>? _found;
    private Task _work = Task.CompletedTask;
    private Task? _attempt;
    private DateTimeOffset _began;

    /// <returns>What was found, always the same list; null if it has not succeeded yet.</returns>
    internal async ValueTask<IReadOnlyList<FoundCapability>?> FindAsync()
    {
        if (_found is null) await Attempt();
        return _found;
    }

    private Task Attempt()
    {
        lock (_asking)
        {
            var now = time.GetUtcNow();
            if (_attempt is not null && (!_work.IsCompleted || (now >= _began && now - _began < Pause))) return _attempt;
            _began = now;
            // Not the request's own thread and not cancelled with the request, because others wait for it too.
            _work = Task.Run(WorkAsync);
            return _attempt = WaitAsync(_work);
        }
    }

    private async Task WorkAsync()
    {
        _found = await source.FindAsync();
        outage.End();
    }

    private async Task WaitAsync(Task work)
    {
        try
        {
            await work.WaitAsync(s_patience);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            outage.Begin($"They are not ready after {s_patience.TotalSeconds:0} seconds.");
        }
#pragma warning disable CA1031 // Whatever the app's own code throws there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outage.Begin($"{e.GetType().Name}: {Printable.Line(e.Message)}");
        }
    }
}
