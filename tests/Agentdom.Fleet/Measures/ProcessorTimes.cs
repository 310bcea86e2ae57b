namespace Agentdom.Fleet.Measures;

/// <summary>The processor time of all nodes, of nginx and of the state.</summary>
internal readonly record struct ProcessorTimes(TimeSpan Nodes, TimeSpan Proxy, TimeSpan State)
{
    public static ProcessorTimes operator -(ProcessorTimes all, ProcessorTimes before) =>
        new(all.Nodes - before.Nodes, all.Proxy - before.Proxy, all.State - before.State);
}
