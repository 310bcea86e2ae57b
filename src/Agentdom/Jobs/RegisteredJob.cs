namespace Agentdom.Jobs;

/// <summary>A job as it is registered with its scheduler.</summary>
/// <param name="Scheduler">The scheduler's name.</param>
/// <param name="Interval">The time between two runs.</param>
/// <param name="Command">The registered command.</param>
/// <param name="NextRun">When it runs next, or null if that is not known.</param>
/// <param name="LastRun">The outcome of the last run, or null if it has not run yet.</param>
/// <param name="Problem">Why the job does not or may not run, or null if nothing is known of that.</param>
internal sealed record RegisteredJob(
    string Scheduler, TimeSpan Interval, string Command, DateTimeOffset? NextRun, JobRun? LastRun, string? Problem = null)
{
    /// <summary>A job that a scheduler runs as a separate process.</summary>
    internal static RegisteredJob Of(string scheduler, JobCommand job, DateTimeOffset? nextRun = null) => new(
        scheduler, job.Interval, job.Text, nextRun, JobFolder.ReadLastRun(),
        CommandText.Missing(job.Words) is { } missing ? $"The job cannot run, because {missing} is gone. Register it again." : null);
}
