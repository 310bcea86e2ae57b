using System.Runtime.InteropServices;
using System.Text;

namespace Agentdom.Jobs;

/// <summary>Windows' Task Scheduler.</summary>
internal sealed class TaskSchedulerScheduler : IJobScheduler
{
    private const string TaskName = @"\Agentdom\Refresh";

    /// <inheritdoc/>
    public string Name => "TaskScheduler";

    private static string Schtasks => Path.Combine(Environment.SystemDirectory, "schtasks.exe");

    /// <inheritdoc/>
    public string? WhyUnavailable() => RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? null : "Task Scheduler is part of Windows";

    /// <inheritdoc/>
    public string? Register(RefreshJob job)
    {
        const string Limit = "Task Scheduler runs the job only while you are logged on";
        if (job.WhyLogonIsNeeded is { } reason)
        {
            Require(Create(job, needsLogon: true));
            return $"{Limit}, because {reason}.";
        }
        // Windows lets only some users run tasks without a logon: administrators, and those who may log on as a batch job.
        if (Create(job, needsLogon: false).ExitCode == 0) return null;
        Require(Create(job, needsLogon: true));
        return $"{Limit}. To run at all times, it needs the right 'Log on as a batch job', or an administrator who registers it.";
    }

    /// <inheritdoc/>
    public RegisteredJob? Find() =>
        Query() is { ExitCode: 0 } task && TaskText.Find(task.OutputText) is { } job ? RegisteredJob.Of(Name, job) : null;

    /// <inheritdoc/>
    public RegisteredJob? FindInFiles(string reason) => null;

    /// <inheritdoc/>
    public bool Unregister()
    {
        if (Query().ExitCode != 0) return false;
        SchedulerTool.Require(Schtasks, ["/Delete", "/TN", TaskName, "/F"]);
        return true;
    }

    private static ProcessResult Create(RefreshJob job, bool needsLogon)
    {
        var text = TaskText.Xml(job, $@"{Environment.UserDomainName}\{Environment.UserName}", DateTime.Now.AddMinutes(1), needsLogon);
        var file = Path.Combine(AgentdomHome.Jobs, $"task-{Guid.NewGuid():N}.xml");
        PrivatePath.CreateFolder(AgentdomHome.Jobs);
        try
        {
            AtomicFile.Write(file, Encoding.Unicode.GetBytes("\uFEFF" + text));
            return SchedulerTool.Run(Schtasks, ["/Create", "/TN", TaskName, "/XML", file, "/F"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Require(ProcessResult result)
    {
        if (result.ExitCode != 0) throw SchedulerTool.Failed(Schtasks, ["/Create", "/TN", TaskName], result);
    }

    private static ProcessResult Query() => SchedulerTool.Run(Schtasks, ["/Query", "/TN", TaskName, "/XML"]);
}
