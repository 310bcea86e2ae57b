using System.Collections;

namespace Agentdom.Jobs;

/// <summary>The user's crontab.</summary>
internal sealed class CronScheduler : IJobScheduler
{
    private const string Crontab = "crontab";

    private static readonly string[] s_list = ["-l"];

    /// <inheritdoc/>
    public string Name => "Cron";

    /// <inheritdoc/>
    public string? WhyUnavailable()
    {
        if (ProcessRunner.Find(Crontab) is null) return "crontab is not installed";
        // cron.allow or cron.deny may not let this user use it.
        var result = SchedulerTool.Run(Crontab, s_list);
        return result.ExitCode == 0 || CrontabText.IsNone(result.Errors) ? null : CrontabText.Refusal(result.Errors);
    }

    /// <inheritdoc/>
    public string? Register(RefreshJob job)
    {
        var random = new Random(Guid.NewGuid().GetHashCode());
        Write(CrontabText.With(Read(), job, random.Next));
        return WhyNotRun();
    }

    /// <inheritdoc/>
    public RegisteredJob? Find()
    {
        if (CrontabText.Find(Read(), DateTime.Now) is not { } found) return null;
        var whyNot = WhyNotRun();
        return RegisteredJob.Of(Name, found.Job, whyNot is null ? found.NextRun : null, whyNot);
    }

    /// <inheritdoc/>
    public RegisteredJob? FindInFiles(string reason) => null;

    /// <inheritdoc/>
    public bool Unregister()
    {
        var before = Read();
        var after = CrontabText.Without(before);
        if (after == before) return false;
        if (after.Length > 0) Write(after);
        else SchedulerTool.Require(Crontab, ["-r"]);
        return true;
    }

    // Not a refusal: an image is built without its daemon, and a daemon may be started later.
    private static string? WhyNotRun() => CronDaemon.IsMissing()
        ? "The job does not run, because no cron daemon runs here. Start it (sudo service cron start, or in a container: cron), "
            + "and have it started with the system. -Scheduler InProcess renews in this process instead."
        : null;

    private static string Read()
    {
        var result = SchedulerTool.Run(Crontab, s_list);
        // The crontab is written as a whole, so it counts as empty only if cron reports that there is none.
        if (result.ExitCode != 0) return CrontabText.IsNone(result.Errors) ? "" : throw SchedulerTool.Failed(Crontab, s_list, result);
        var listed = CrontabText.FromBytes(result.Output);
        return listed.Contains(@"\r") ? ReadUnescaped() : listed;
    }

    // Debian's cron lists a carriage return as the two characters \r, but passes the unchanged file to an editor.
    private static string ReadUnescaped()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static v => (string)v.Key, static v => (string)v.Value!, StringComparer.Ordinal);
        environment["VISUAL"] = environment["EDITOR"] = "cat";
        string[] edit = ["-e"];
        var result = SchedulerTool.Run(Crontab, edit, null, environment);
        return result.ExitCode == 0 ? CrontabText.FromBytes(result.Output) : throw SchedulerTool.Failed(Crontab, edit, result);
    }

    private static void Write(string crontab) => SchedulerTool.Require(Crontab, ["-"], CrontabText.ToBytes(crontab));
}
