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
        var text = TaskText.Xml(job, $@"{Environment.UserDomainName}\{Environment.UserName}", DateTime.Now.AddMinutes(1));
        var file = Path.Combine(AgentdomHome.Jobs, $"task-{Guid.NewGuid():N}.xml");
        PrivatePath.CreateFolder(AgentdomHome.Jobs);
        try
        {
            AtomicFile.Write(file, Encoding.Unicode.GetBytes("\uFEFF" + text));
            SchedulerTool.Require(Schtasks, ["/Create", "/TN", TaskName, "/XML", file, "/F"]);
        }
        finally
        {
            File.Delete(file);
        }
        return "Task Scheduler runs the job only while you are logged on.";
    }

    /// <inheritdoc/>
    public RegisteredJob? Find() =>
        Query() is { ExitCode: 0 } task && TaskText.Find(task.OutputText) is { } job
            ? new RegisteredJob(Name, job.Interval, job.Command, null, JobFolder.ReadLastRun())
            : null;

    /// <inheritdoc/>
    public bool Unregister()
    {
        if (Query().ExitCode != 0) return false;
        SchedulerTool.Require(Schtasks, ["/Delete", "/TN", TaskName, "/F"]);
        return true;
    }

    private static ProcessResult Query() => SchedulerTool.Run(Schtasks, ["/Query", "/TN", TaskName, "/XML"]);
}
