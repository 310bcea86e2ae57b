namespace Agentdom.Jobs;

/// <summary>A job as its scheduler knows it.</summary>
/// <param name="Scheduler">The scheduler's name.</param>
/// <param name="Interval">The time between two runs.</param>
/// <param name="Command">The command, as it stands at the scheduler.</param>
/// <param name="NextRun">When it runs next, where that is known.</param>
/// <param name="LastRun">How it last went, or null where it has not run yet.</param>
internal sealed record RegisteredJob(
    string Scheduler, TimeSpan Interval, string Command, DateTimeOffset? NextRun, JobRun? LastRun);
