namespace Agentdom.Jobs;

/// <summary>A timer in this process. It has the session's environment, so it needs no script file and no check.</summary>
/// <param name="script">The script. Its output is the outcome.</param>
internal sealed class InProcessScheduler(string script) : IJobScheduler
{
    public string Name => RefreshJobs.InProcess;

    public string? WhyUnavailable() => null;

    public string? Register(RefreshJob job)
    {
        InProcessJob.Start(job.Interval, script);
        return null;
    }

    public RegisteredJob? Find() => InProcessJob.Current is { } job
        ? new RegisteredJob(Name, job.Interval, "Update-AtpToken -All", job.NextRun,
            job.LastReport is { } report ? JobRun.FromJson(report) : null)
        : null;

    public RegisteredJob? FindInFiles(string reason) => null;

    public bool Unregister() => InProcessJob.End();
}
