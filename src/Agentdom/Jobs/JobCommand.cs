namespace Agentdom.Jobs;

/// <summary>What a scheduler's files say of the job.</summary>
/// <param name="Interval">The time between two runs.</param>
/// <param name="Text">The command as it is written there.</param>
/// <param name="Words">Its program and arguments, unquoted.</param>
internal sealed record JobCommand(TimeSpan Interval, string Text, IReadOnlyList<string> Words);
