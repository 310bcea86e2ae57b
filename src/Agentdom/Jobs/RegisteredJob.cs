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
    private static readonly TimeSpan s_work = TimeSpan.FromMinutes(1);

    /// <summary>A job that a scheduler runs as a separate process.</summary>
    /// <param name="scheduler">The scheduler's name.</param>
    /// <param name="job">The job.</param>
    /// <param name="nextRun">When it runs next, or null if that is not known.</param>
    /// <param name="whyNotRun">Why the scheduler does not run it, or null.</param>
    internal static RegisteredJob Of(string scheduler, JobCommand job, DateTimeOffset? nextRun = null, string? whyNotRun = null)
    {
        var last = JobFolder.ReadLastRun();
        var whyNot = CommandText.WhyNotRun(job.Words) is { } reason ? $"The job cannot run, because {reason}" : null;
        return new(scheduler, job.Interval, job.Text, nextRun, last,
            whyNot ?? whyNotRun ?? WhyOverdue(job.Interval, last?.Started, JobFolder.RegisteredAt, DateTimeOffset.UtcNow));
    }

    /// <summary>That the job should have run, or null if it is not overdue.</summary>
    internal static string? WhyOverdue(TimeSpan interval, DateTimeOffset? lastRun, DateTimeOffset? registered, DateTimeOffset now)
    {
        var since = lastRun > registered || registered is null ? lastRun : registered;
        // systemd delays a run by up to a fifth of the interval, and the last one may still be at work.
        if (since is null || now - since < TimeSpan.FromTicks(2 * interval.Ticks) + s_work) return null;
        var last = since == lastRun ? "last ran" : "was registered";
        return $"The job is overdue: it should run every {TimeText.Span(interval)} and {last} {TimeText.Span(now - since.Value)} ago. "
            + "Check that the scheduler runs, and that this machine was on. A run that cannot write its outcome counts as none.";
    }
}
