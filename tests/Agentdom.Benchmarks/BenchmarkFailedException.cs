namespace Agentdom.Benchmarks;

/// <summary>What was measured did not do its work, so that its figures would mean nothing.</summary>
internal sealed class BenchmarkFailedException(string message) : Exception(message);
