using Agentdom.Formats;
using Agentdom.Jobs;

namespace Agentdom;

/// <summary>The job that renews tokens, with the result of its last run.</summary>
public sealed class AtpRefreshJob : IFormattable
{
    internal AtpRefreshJob(RegisteredJob job)
    {
        Scheduler = (AtpJobScheduler)Enum.Parse(typeof(AtpJobScheduler), job.Scheduler);
        Interval = job.Interval;
        Command = job.Command;
        NextRun = job.NextRun;
        Problem = job.Problem;
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

    /// <summary>
    /// Why the job cannot run, such as a program that is gone, or why this is not known; null if there is no such problem.
    /// </summary>
    public string? Problem { get; }

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        nameof(Interval) => ViewText.Span(Interval),
        nameof(LastRun) => ViewText.Moment(LastRun),
        "LastRunDistance" => ViewText.Distance(LastRun),
        nameof(LastOutcome) => ViewText.Outcome(LastOutcome),
        nameof(NextRun) => ViewText.Moment(NextRun),
        "NextRunDistance" => ViewText.Distance(NextRun),
        _ => ToString()!,
    };
}
