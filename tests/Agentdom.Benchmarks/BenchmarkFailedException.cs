namespace Agentdom.Benchmarks;

/// <summary>Thrown if the measured code failed, so that its figures would be meaningless.</summary>
internal sealed class BenchmarkFailedException(string message) : Exception(message);
