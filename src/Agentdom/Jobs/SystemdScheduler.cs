using System.Collections;
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
        : Ask("show-environment").ExitCode != 0 ? "no systemd answers for this user"
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
    public RegisteredJob? Find() => ReadUnits() is { } job ? RegisteredJob.Of(Name, job, NextRun()) : null;

    /// <inheritdoc/>
    public RegisteredJob? FindInFiles(string reason) => ReadUnits() is not { } job ? null : RegisteredJob.Of(Name, job) with
    {
        Problem = $"Whether the job runs is not known here: {reason}, but its units are in {Folder}.",
    };

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

    private static JobCommand? ReadUnits() => File.Exists(ServicePath) && File.Exists(TimerPath)
        ? SystemdText.Find(File.ReadAllText(ServicePath), File.ReadAllText(TimerPath))
        : null;

    private static void Control(params string[] arguments)
    {
        var result = Ask(arguments);
        if (result.ExitCode != 0) throw SchedulerTool.Failed(Systemctl, [.. arguments.Prepend("--user")], result);
    }

    private static ProcessResult Ask(params string[] arguments) =>
        SchedulerTool.Run(Systemctl, [.. arguments.Prepend("--user")], null, WithRuntimeFolder());

    // systemctl finds the user's systemd by this variable, which cron, sudo and some ssh sessions do not set.
    private static Dictionary<string, string>? WithRuntimeFolder()
    {
        const string Variable = "XDG_RUNTIME_DIR";
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)) || ProcessRunner.Find("id") is not { } id) return null;
        var folder = $"/run/user/{SchedulerTool.Run(id, ["-u"]).OutputText.Trim()}";
        if (!Directory.Exists(folder)) return null;
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static v => (string)v.Key, static v => (string)v.Value!, StringComparer.Ordinal);
        environment[Variable] = folder;
        return environment;
    }

    private static bool Lingers() =>
        ProcessRunner.Find("loginctl") is not null
        && SchedulerTool.Run("loginctl", ["show-user", Environment.UserName, "--property=Linger", "--value"]).OutputText.Trim() == "yes";

    private static DateTimeOffset? NextRun()
    {
        // In microseconds since 1970. systemctl show prints a local date, which is hard to parse.
        var listed = Ask("list-timers", TimerUnit, "--output=json");
        var digits = System.Text.RegularExpressions.Regex.Match(listed.OutputText, "\"next\"\\s*:\\s*(\\d{1,18})").Groups[1].Value;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(microseconds / 1000)
            : null;
    }
}
