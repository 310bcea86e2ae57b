namespace Agentdom.Jobs;

/// <summary>The job that renews tokens: its command and interval.</summary>
internal sealed record RefreshJob
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    /// <summary>Creates the job.</summary>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="engine">The command that starts PowerShell, with absolute paths; empty if this process renews itself.</param>
    /// <param name="script">The absolute path of the script.</param>
    /// <exception cref="AtpException"><see cref="AtpError.IntervalInvalid"/>, or a path that no scheduler accepts.</exception>
    public RefreshJob(TimeSpan interval, IReadOnlyList<string> engine, string script)
    {
        if (interval < TimeSpan.FromMinutes(1) || interval > s_longest || interval.Ticks % TimeSpan.TicksPerMinute != 0)
            throw new AtpException(AtpError.IntervalInvalid, $"The job cannot run every {TimeText.Exact(interval)}.",
                "Use whole minutes from 1 minute to 1 hour, such as -Interval 5 or -Interval 00:05:00. A plain number means minutes.");
        Command = [.. engine.Select(RequireOneLine), "-NoProfile", "-NonInteractive", "-File", RequireOneLine(script)];
        Interval = interval;
    }

    /// <summary>The default interval.</summary>
    public static TimeSpan DefaultInterval { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The time between two runs: whole minutes, at most an hour.</summary>
    public TimeSpan Interval { get; }

    /// <summary>The program and its arguments.</summary>
    public IReadOnlyList<string> Command { get; }

    /// <summary>
    /// Why the job cannot run while its user is not logged on to Windows, as the end of a sentence; or null if it can.
    /// </summary>
    public string? WhyLogonIsNeeded { get; init; }

    /// <summary>The interval in minutes.</summary>
    internal int Minutes => (int)Interval.TotalMinutes;

    private static string RequireOneLine(string path) =>
        path.Any(char.IsControl)
            ? throw new AtpException(AtpError.SchedulerFailed, $"The path '{Printable.Excerpt(path)}' has control characters in it.",
                $"Install pwsh in another folder, or move the module's files with {AgentdomHome.Variable}.")
            : path;
}
