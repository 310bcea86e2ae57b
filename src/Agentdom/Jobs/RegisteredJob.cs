namespace Agentdom.Jobs;

/// <summary>A job as it is registered with its scheduler.</summary>
/// <param name="Scheduler">The scheduler's name.</param>
/// <param name="Interval">The time between two runs.</param>
/// <param name="Command">The registered command.</param>
/// <param name="NextRun">When it runs next, or null if that is not known.</param>
/// <param name="LastRun">The outcome of the last run, or null if it has not run yet.</param>
internal sealed record RegisteredJob(
    string Scheduler, TimeSpan Interval, string Command, DateTimeOffset? NextRun, JobRun? LastRun);
