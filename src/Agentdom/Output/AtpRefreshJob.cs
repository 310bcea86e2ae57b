using Agentdom.Jobs;

namespace Agentdom;

/// <summary>The job that renews tokens, and how it last went.</summary>
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

    /// <summary>What runs it.</summary>
    public AtpJobScheduler Scheduler { get; }

    /// <summary>The time between two runs.</summary>
    public TimeSpan Interval { get; }

    /// <summary>What is run, as it stands at the scheduler.</summary>
    public string Command { get; }

    /// <summary>When it last ran, or null where it has not yet.</summary>
    public DateTimeOffset? LastRun { get; }

    /// <summary><c>Succeeded</c>, <c>PartlyFailed</c>, <c>Failed</c>, or null where it has not run yet.</summary>
    public string? LastOutcome { get; }

    /// <summary>How many tokens the last run renewed.</summary>
    public int? LastRenewed { get; }

    /// <summary>What failed in the last run.</summary>
    public AtpRefreshFailure[] LastErrors { get; }

    /// <summary>When it runs next, where the scheduler tells.</summary>
    public DateTimeOffset? NextRun { get; }
}
