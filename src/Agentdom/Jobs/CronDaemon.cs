namespace Agentdom.Jobs;

/// <summary>
/// Whether a program runs that runs the jobs of crontabs. Containers, and WSL without systemd, often have <c>crontab</c> and no such
/// program.
/// </summary>
internal static class CronDaemon
{
    // systemd-cron has no process of its own: systemd reads the crontabs through this generator.
    private const string SystemdGenerator = "system-generators/systemd-crontab-generator";

    private static readonly string[] s_names = ["cron", "crond", "fcron", "bcron-sched"];
    private static readonly string[] s_systemd = ["/lib/systemd", "/usr/lib/systemd"];

    /// <summary>Whether there is none; false if this cannot be known.</summary>
    /// <param name="processes">The folder with the system's processes.</param>
    internal static bool IsMissing(string processes = "/proc")
    {
        // On other systems, such as macOS, and if the processes of others are hidden (hidepid), the first one cannot be read.
        if (Name(Path.Combine(processes, "1")) is not { } first) return false;
        if (first == "systemd" && s_systemd.Any(static folder => File.Exists(Path.Combine(folder, SystemdGenerator)))) return false;
        return !Directory.EnumerateDirectories(processes).Any(IsDaemon);
    }

    private static bool IsDaemon(string process) => Name(process) is { } name
        && (s_names.Contains(name) || (name == "busybox" && Read(Path.Combine(process, "cmdline")) is { } words
            && words.Split('\0').Skip(1).FirstOrDefault() == "crond"));

    private static string? Name(string process) => Read(Path.Combine(process, "comm"))?.Trim();

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or the folder is no process.
            return null;
        }
    }
}
