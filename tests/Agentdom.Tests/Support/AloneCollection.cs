namespace Agentdom.Tests.Support;

/// <summary>For tests that must have the process to themselves.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
