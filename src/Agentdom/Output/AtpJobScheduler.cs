namespace Agentdom;

/// <summary>The schedulers that can run the refresh job.</summary>
public enum AtpJobScheduler
{
    /// <summary>The first that is available: Task Scheduler, launchd, systemd, cron.</summary>
    Auto,
    /// <summary>Windows' Task Scheduler.</summary>
    TaskScheduler,
    /// <summary>A timer of the user's systemd instance.</summary>
    Systemd,
    /// <summary>The user's crontab.</summary>
    Cron,
    /// <summary>A launch agent of macOS.</summary>
    Launchd,
    /// <summary>A timer in this process, which stops when the module is removed.</summary>
    InProcess,
}
