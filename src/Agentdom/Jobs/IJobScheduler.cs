namespace Agentdom.Jobs;

/// <summary>A scheduler of the refresh job: cron, systemd, launchd, Task Scheduler or this process.</summary>
internal interface IJobScheduler
{
    /// <summary>The scheduler's name, as in -Scheduler.</summary>
    string Name { get; }

    /// <summary>Why the scheduler cannot be used here, or null if it can.</summary>
    string? WhyUnavailable();

    /// <summary>Registers the job and replaces an existing one.</summary>
    /// <returns>A notice for the user, for example that the job only runs while the user is logged in, or null.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    string? Register(RefreshJob job);

    /// <summary>The registered job, or null.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    RegisteredJob? Find();

    /// <summary>The job in the files of a scheduler that does not answer here, or null if there is none or no such files.</summary>
    /// <param name="reason">Why it does not answer.</param>
    RegisteredJob? FindInFiles(string reason);

    /// <summary>Removes the job.</summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    bool Unregister();
}
