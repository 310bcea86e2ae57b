using System.Runtime.InteropServices;
using System.Text;
using Agentdom.Core.Vaults;

namespace Agentdom.Core.Jobs;

/// <summary>A launch agent of macOS.</summary>
public sealed class LaunchdScheduler : IJobScheduler
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
        // Whether one was loaded before does not matter.
        Tool.Run(Launchctl, ["bootout", $"{domain}/{LaunchdText.Label}"]);
        Tool.Require(Launchctl, ["bootstrap", domain, PlistPath]);
        return "launchd runs the job only while you are logged in.";
    }

    /// <inheritdoc/>
    public RegisteredJob? Find() =>
        File.Exists(PlistPath) && LaunchdText.Find(File.ReadAllText(PlistPath)) is { } job
            ? new RegisteredJob(Name, job.Interval, job.Command, null, JobFolder.ReadLastRun())
            : null;

    /// <inheritdoc/>
    public bool Unregister()
    {
        if (!File.Exists(PlistPath)) return false;
        Tool.Run(Launchctl, ["bootout", $"{Domain()}/{LaunchdText.Label}"]);
        File.Delete(PlistPath);
        return true;
    }

    private static string Domain() => "gui/" + Tool.Require("/usr/bin/id", ["-u"]).OutputText.Trim();
}
