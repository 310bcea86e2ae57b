namespace Agentdom.Benchmarks.Load;

/// <summary>A part of the run cannot be had on this machine; the message says why.</summary>
internal sealed class SkippedException(string reason) : Exception(reason);
