namespace Agentdom.Fleet.States;

/// <summary>The state that all nodes share, with real servers.</summary>
internal abstract class FleetState : IDisposable
{
    /// <summary>For people, such as <c>Redis Cluster</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>What the kill in the schedule ends: the server, or one master.</summary>
    internal abstract string Part { get; }

    /// <summary>The settings with which a node uses this state.</summary>
    internal abstract IReadOnlyDictionary<string, string> NodeSettings { get; }

    internal abstract TimeSpan ProcessorTime { get; }

    internal abstract Task StartAsync();

    /// <summary>Suspends all servers: their connections stay open, but they do not answer.</summary>
    internal abstract Task FreezeAsync();

    internal abstract Task ContinueAsync();

    /// <summary>Kills the server, or one master.</summary>
    internal abstract void KillPart();

    internal abstract Task StartPartAsync();

    /// <exception cref="Exception">The state does not answer now.</exception>
    internal abstract Task<StateSize> MeasureAsync();

    public abstract void Dispose();
}
