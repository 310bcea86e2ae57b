using Agentdom.Jobs;

namespace Agentdom;

/// <summary>The job that renews tokens, with the result of its last run.</summary>
public sealed class AtpRefreshJob
{
    internal AtpRefreshJob(RegisteredJob job)
    {
        Scheduler = (AtpJobScheduler)Enum.Parse(typeof(AtpJobScheduler), job.Scheduler);
        Interval = job.Interval;
        Command = job.Command;
        NextRun = job.NextRun;
        LastRun = job.LastRun?.Finished;
        LastOutcome = job.LastRun?.Outcome;
        LastRenewed = job.LastRun?.Renewed;
        LastErrors = [.. (job.LastRun?.Failures ?? []).Select(static f => new AtpRefreshFailure(f))];
    }

    /// <summary>The scheduler that runs the job.</summary>
    public AtpJobScheduler Scheduler { get; }

    /// <summary>The time between two runs.</summary>
    public TimeSpan Interval { get; }

    /// <summary>The command as it is registered with the scheduler.</summary>
    public string Command { get; }

    /// <summary>When the last run finished, or null if the job has not run yet.</summary>
    public DateTimeOffset? LastRun { get; }

    /// <summary><c>Succeeded</c>, <c>PartlyFailed</c>, <c>Failed</c>, or null if the job has not run yet.</summary>
    public string? LastOutcome { get; }

    /// <summary>The number of tokens that the last run renewed, or null if the job has not run yet.</summary>
    public int? LastRenewed { get; }

    /// <summary>The failures of the last run.</summary>
    public AtpRefreshFailure[] LastErrors { get; }

    /// <summary>When the job runs next, or null if the scheduler does not report it.</summary>
    public DateTimeOffset? NextRun { get; }
}
