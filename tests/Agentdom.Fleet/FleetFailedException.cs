namespace Agentdom.Fleet;

/// <summary>A run that cannot go on. The message is for the person who started it.</summary>
internal sealed class FleetFailedException(string message) : Exception(message);
