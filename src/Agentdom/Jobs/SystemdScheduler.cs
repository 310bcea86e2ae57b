using System.Globalization;
using System.Text;

namespace Agentdom.Jobs;

/// <summary>A timer of the user's systemd instance.</summary>
internal sealed class SystemdScheduler : IJobScheduler
{
    private const string Systemctl = "systemctl";
    private const string TimerUnit = SystemdText.UnitName + ".timer";

    /// <inheritdoc/>
    public string Name => "Systemd";

    private static string Folder => Path.Combine(UserFolders.Config, "systemd", "user");

    private static string ServicePath => Path.Combine(Folder, SystemdText.UnitName + ".service");

    private static string TimerPath => Path.Combine(Folder, TimerUnit);

    /// <inheritdoc/>
    public string? WhyUnavailable() =>
        ProcessRunner.Find(Systemctl) is null ? "systemctl is not installed"
        : SchedulerTool.Run(Systemctl, ["--user", "show-environment"]).ExitCode != 0 ? "no systemd answers for this user"
        : null;

    /// <inheritdoc/>
    public string? Register(RefreshJob job)
    {
        AtomicFile.CreateDirectory(Folder);
        AtomicFile.Write(ServicePath, Encoding.UTF8.GetBytes(SystemdText.Service(job)));
        AtomicFile.Write(TimerPath, Encoding.UTF8.GetBytes(SystemdText.Timer(job)));
        Control("daemon-reload");
        Control("enable", TimerUnit);
        // A running timer would keep its old interval.
        Control("restart", TimerUnit);
        return Lingers() ? null
            : "systemd runs the job only while you are logged in. 'loginctl enable-linger' lets it run at all times.";
    }

    /// <inheritdoc/>
    public RegisteredJob? Find()
    {
        if (!File.Exists(ServicePath) || !File.Exists(TimerPath)) return null;
        return SystemdText.Find(File.ReadAllText(ServicePath), File.ReadAllText(TimerPath)) is { } job
            ? new RegisteredJob(Name, job.Interval, job.Command, NextRun(), JobFolder.ReadLastRun())
            : null;
    }

    /// <inheritdoc/>
    public bool Unregister()
    {
        if (!File.Exists(TimerPath) && !File.Exists(ServicePath)) return false;
        if (File.Exists(TimerPath)) Control("disable", "--now", TimerUnit);
        File.Delete(TimerPath);
        File.Delete(ServicePath);
        Control("daemon-reload");
        return true;
    }

    private static void Control(params string[] arguments) =>
        SchedulerTool.Require(Systemctl, [.. arguments.Prepend("--user")]);

    private static bool Lingers() =>
        ProcessRunner.Find("loginctl") is not null
        && SchedulerTool.Run("loginctl", ["show-user", Environment.UserName, "--property=Linger", "--value"]).OutputText.Trim() == "yes";

    private static DateTimeOffset? NextRun()
    {
        // In microseconds since 1970. systemctl show prints a local date, which is hard to parse.
        var listed = SchedulerTool.Run(Systemctl, ["--user", "list-timers", TimerUnit, "--output=json"]);
        var digits = System.Text.RegularExpressions.Regex.Match(listed.OutputText, "\"next\"\\s*:\\s*(\\d{1,18})").Groups[1].Value;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(microseconds / 1000)
            : null;
    }
}
