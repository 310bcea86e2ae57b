namespace Agentdom.Benchmarks.Load;

/// <summary>Thrown if a part of the run is not possible on this machine. The message contains the reason.</summary>
internal sealed class SkippedException(string reason) : Exception(reason);
