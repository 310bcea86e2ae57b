namespace Agentdom.Fleet.States;

/// <summary>What a state holds: signatures, revoked tokens and the like, and the bytes that they take, in memory or on disk.</summary>
internal readonly record struct StateSize(long Entries, long Bytes);
