using System.Collections;

namespace Agentdom.Core.Jobs;

/// <summary>The user's crontab.</summary>
public sealed class CronScheduler : IJobScheduler
{
    private const string Crontab = "crontab";

    /// <inheritdoc/>
    public string Name => "Cron";

    /// <inheritdoc/>
    public string? WhyUnavailable() => Tool.Find(Crontab) is null ? "crontab is not installed" : null;

    /// <inheritdoc/>
    public string? Register(RefreshJob job)
    {
        var random = new Random(Guid.NewGuid().GetHashCode());
        Write(CrontabText.With(Read(), job, random.Next));
        return null;
    }

    /// <inheritdoc/>
    public RegisteredJob? Find() =>
        CrontabText.Find(Read(), DateTime.Now) is { } job
            ? new RegisteredJob(Name, job.Interval, job.Command, job.NextRun, JobFolder.ReadLastRun())
            : null;

    /// <inheritdoc/>
    public bool Unregister()
    {
        var before = Read();
        var after = CrontabText.Without(before);
        if (after == before) return false;
        if (after.Length > 0) Write(after);
        else Tool.Require(Crontab, ["-r"]);
        return true;
    }

    private static string Read()
    {
        string[] list = ["-l"];
        var result = Tool.Run(Crontab, list);
        // Only where cron says that there is none may it be taken for empty, since it is written whole.
        if (result.ExitCode != 0) return result.Errors.Contains("no crontab for") ? "" : throw Tool.Failed(Crontab, list, result);
        var listed = CrontabText.FromBytes(result.Output);
        return listed.Contains(@"\r") ? ReadUnescaped() : listed;
    }

    // Debian's cron lists a carriage return as the two characters \r; what it gives to an editor is the file as it is.
    private static string ReadUnescaped()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static v => (string)v.Key, static v => (string)v.Value!, StringComparer.Ordinal);
        environment["VISUAL"] = environment["EDITOR"] = "cat";
        string[] edit = ["-e"];
        var result = Tool.Run(Crontab, edit, null, environment);
        return result.ExitCode == 0 ? CrontabText.FromBytes(result.Output) : throw Tool.Failed(Crontab, edit, result);
    }

    private static void Write(string crontab) => Tool.Require(Crontab, ["-"], CrontabText.ToBytes(crontab));
}
