using Agentdom.Fleet.States;

namespace Agentdom.Fleet.Measures;

/// <summary>The size of the state at a time since the start.</summary>
internal readonly record struct SizeSample(TimeSpan At, StateSize Size);
