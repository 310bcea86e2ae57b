namespace Agentdom;

/// <summary>What runs the refresh job.</summary>
public enum AtpJobScheduler
{
    /// <summary>The first that can be used here: Task Scheduler, launchd, systemd, cron.</summary>
    Auto,
    /// <summary>Windows' Task Scheduler.</summary>
    TaskScheduler,
    /// <summary>A timer of the user's systemd.</summary>
    Systemd,
    /// <summary>The user's crontab.</summary>
    Cron,
    /// <summary>A launch agent of macOS.</summary>
    Launchd,
    /// <summary>A timer in this process, which ends with the module.</summary>
    InProcess,
}
