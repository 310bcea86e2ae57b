namespace Agentdom.Tests.Support;

/// <summary>For tests that must not run in parallel with others.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
