using System.Runtime.InteropServices;
using System.Text;

namespace Agentdom.Jobs;

/// <summary>A launch agent of macOS.</summary>
internal sealed class LaunchdScheduler : IJobScheduler
{
    private const string Launchctl = "/bin/launchctl";

    /// <inheritdoc/>
    public string Name => "Launchd";

    private static string PlistPath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library", "LaunchAgents", LaunchdText.Label + ".plist");

    /// <inheritdoc/>
    public string? WhyUnavailable() => RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? null : "launchd is part of macOS";

    /// <inheritdoc/>
    public string? Register(RefreshJob job)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PlistPath)!);
        AtomicFile.Write(PlistPath, Encoding.UTF8.GetBytes(LaunchdText.Plist(job)));
        var domain = Domain();
        // This fails if none was loaded before, which does not matter.
        SchedulerTool.Run(Launchctl, ["bootout", $"{domain}/{LaunchdText.Label}"]);
        SchedulerTool.Require(Launchctl, ["bootstrap", domain, PlistPath]);
        return "launchd runs the job only while you are logged in.";
    }

    /// <inheritdoc/>
    public RegisteredJob? Find() =>
        File.Exists(PlistPath) && LaunchdText.Find(File.ReadAllText(PlistPath)) is { } job ? RegisteredJob.Of(Name, job) : null;

    /// <inheritdoc/>
    public RegisteredJob? FindInFiles(string reason) => null;

    /// <inheritdoc/>
    public bool Unregister()
    {
        if (!File.Exists(PlistPath)) return false;
        SchedulerTool.Run(Launchctl, ["bootout", $"{Domain()}/{LaunchdText.Label}"]);
        File.Delete(PlistPath);
        return true;
    }

    private static string Domain() => "gui/" + SchedulerTool.Require("/usr/bin/id", ["-u"]).OutputText.Trim();
}
