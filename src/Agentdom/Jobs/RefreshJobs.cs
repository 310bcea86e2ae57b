namespace Agentdom.Jobs;

/// <summary>The refresh job of a user, with any scheduler.</summary>
/// <param name="schedulers">All schedulers, in the order in which they are tried.</param>
internal sealed class RefreshJobs(IReadOnlyList<IJobScheduler> schedulers)
{
    /// <summary>The name for the first scheduler that can be used.</summary>
    public const string Auto = "Auto";

    /// <summary>The scheduler in this process. <see cref="Auto"/> never selects it, because it stops with the process.</summary>
    public const string InProcess = "InProcess";

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(60);

    /// <summary>The schedulers of the operating systems.</summary>
    public static IReadOnlyList<IJobScheduler> OfSystem() =>
        [new TaskSchedulerScheduler(), new LaunchdScheduler(), new SystemdScheduler(), new CronScheduler()];

    /// <summary>The scheduler with a name.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerUnavailable"/></exception>
    public IJobScheduler Choose(string name)
    {
        var isAuto = name == Auto;
        var reasons = new List<string>();
        foreach (var scheduler in schedulers.Where(s => isAuto ? s.Name != InProcess : s.Name == name))
        {
            if (WhyUnavailable(scheduler) is not { } reason) return scheduler;
            reasons.Add($"{scheduler.Name}: {reason}");
        }
        throw new AtpException(AtpError.SchedulerUnavailable,
            $"There is no scheduler here that can run the job ({string.Join("; ", reasons)}).",
            "Install cron (apt-get install cron, dnf install cronie), or renew in this process with -Scheduler InProcess.");
    }

    /// <summary>Registers the job and removes it from all other schedulers.</summary>
    /// <returns>A notice for the user, such as that another scheduler may still have the job, or null.</returns>
    /// <exception cref="AtpException">
    /// <see cref="AtpError.SchedulerFailed"/>, or <see cref="AtpError.SchedulerUnavailable"/>: another scheduler has the job and does
    /// not answer here, so that it would keep it.
    /// </exception>
    public string? Register(RefreshJob job, IJobScheduler chosen) => Exclusively(() =>
    {
        if (Unanswered(schedulers.Where(s => s != chosen)).FirstOrDefault() is { } left) throw OutOfReach(left, "a second one would run");
        var notice = chosen.Register(job);
        // Some tools exit with 0 without having stored anything. Older jobs stay registered in that case.
        if (chosen.Find()?.Interval != job.Interval) throw NotKept(chosen.Name);
        var (_, failures) = AskEach(schedulers.Where(s => s != chosen), static s => s.Unregister());
        return failures.Aggregate(notice, static (said, e) => $"{said} An older job may still be registered. {e.Message}".TrimStart());
    });

    /// <summary>The job, once for each scheduler that has it.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/>: one did not answer, and no other has it.</exception>
    public IReadOnlyList<RegisteredJob> Find()
    {
        var (answers, failures) = AskEach(schedulers, static s => s.Find());
        RegisteredJob[] jobs = [.. answers.OfType<RegisteredJob>(), .. Unanswered(schedulers)];
        return jobs.Length > 0 || failures.Count == 0 ? jobs : throw failures[0];
    }

    /// <summary>Removes the job from a scheduler, or from all of them, and then its files.</summary>
    /// <param name="name">The scheduler's name, or <see cref="Auto"/>.</param>
    /// <exception cref="AtpException">
    /// <see cref="AtpError.JobNotFound"/>, <see cref="AtpError.SchedulerFailed"/>, or <see cref="AtpError.SchedulerUnavailable"/>: a
    /// scheduler has the job and does not answer here.
    /// </exception>
    public void Unregister(string name) => Exclusively(() =>
    {
        // All of them, even after one had the job or failed.
        IJobScheduler[] meant = [.. schedulers.Where(s => name == Auto || s.Name == name)];
        var (removed, failures) = AskEach(meant, static s => s.Unregister());
        if (failures.Count > 0) throw failures[0];
        if (Unanswered(meant).FirstOrDefault() is { } left) throw OutOfReach(left, "it cannot be removed");
        if (!removed.Contains(true)) throw NotFound(name);
        var (remaining, silent) = AskEach(schedulers, static s => s.Find());
        if (silent.Count == 0 && remaining.All(static job => job is null) && !Unanswered(schedulers).Any()) JobFolder.Clear();
        return true;
    });

    private static IEnumerable<RegisteredJob> Unanswered(IEnumerable<IJobScheduler> some) =>
        some.Select(static s => WhyUnavailable(s) is { } reason ? s.FindInFiles(reason) : null).OfType<RegisteredJob>();

    private static AtpException OutOfReach(RegisteredJob job, string consequence) => new(AtpError.SchedulerUnavailable,
        $"{job.Scheduler} has a refresh job, and {consequence}. {job.Problem}",
        $"Run this in a session in which {job.Scheduler} answers. If it never will, delete the files first.");

    private static AtpException NotKept(string name) => new(AtpError.SchedulerFailed,
        $"{name} accepted the job without an error, but does not list it afterwards.",
        $"Check that this user may change the jobs of {name}, or choose another scheduler with -Scheduler.");

    private static AtpException NotFound(string name) => new(AtpError.JobNotFound,
        $"No refresh job is registered{(name == Auto ? "" : $" with {name}")}.", "Get-AtpRefreshJob shows the jobs that are.");

    // If one fails, the others are still called.
    private static (List<T> Answers, List<AtpException> Failures) AskEach<T>(IEnumerable<IJobScheduler> some, Func<IJobScheduler, T> ask)
    {
        var answers = new List<T>();
        var failures = new List<AtpException>();
        foreach (var scheduler in some.Where(static s => WhyUnavailable(s) is null))
        {
            try
            {
                answers.Add(ask(scheduler));
            }
            catch (AtpException e)
            {
                failures.Add(e.About(scheduler.Name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failures.Add(FilesFailed(e).About(scheduler.Name));
            }
        }
        return (answers, failures);
    }

    private static string? WhyUnavailable(IJobScheduler scheduler)
    {
        try
        {
            return scheduler.WhyUnavailable();
        }
        catch (AtpException e)
        {
            return e.Happened.TrimEnd('.');
        }
    }

    // A crontab is changed by reading it and writing it as a whole, so two processes must not do so at once.
    private static T Exclusively<T>(Func<T> work)
    {
        using var changing = CrossProcessLock.ForEntry("refresh-job", s_wait, CancellationToken.None)
            ?? throw new AtpException(AtpError.SchedulerFailed, "Another process is changing the job and did not finish in time.",
                "Try again. If this persists, look for a process that hangs.");
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FilesFailed(e);
        }
    }

    private static AtpException FilesFailed(Exception e) => new(AtpError.SchedulerFailed,
        $"The job's files cannot be read or changed: {e.Message}",
        "Let this user read and write there, or register the job with another scheduler.", e);
}
