namespace Agentdom.Jobs;

/// <summary>A thing that runs the refresh job again and again: cron, systemd, launchd, Task Scheduler, this process.</summary>
internal interface IJobScheduler
{
    /// <summary>The scheduler's name, as users choose it.</summary>
    string Name { get; }

    /// <summary>Why jobs cannot be registered here, or null where they can.</summary>
    string? WhyUnavailable();

    /// <summary>Registers the job in place of the one that is there.</summary>
    /// <returns>Something the user should hear, such as when the job will not run; else null.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    string? Register(RefreshJob job);

    /// <summary>The job that is registered here, or null.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    RegisteredJob? Find();

    /// <summary>Takes the job away.</summary>
    /// <returns>False where there was none.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    bool Unregister();
}
