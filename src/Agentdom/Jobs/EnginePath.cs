using System.Diagnostics;

namespace Agentdom.Jobs;

/// <summary>Finds the PowerShell that the job runs in.</summary>
internal static class EnginePath
{
    private static readonly string[] s_names = ["pwsh", "powershell"];

    /// <summary>The absolute path of this process's own PowerShell, else of the pwsh that PATH leads to.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerUnavailable"/></exception>
    public static string Find()
    {
        using var process = Process.GetCurrentProcess();
        var own = process.MainModule?.FileName;
        if (own is not null && s_names.Contains(Path.GetFileNameWithoutExtension(own), StringComparer.OrdinalIgnoreCase)) return own;
        return s_names.Select(ProcessRunner.Find).FirstOrDefault(static p => p is not null) is { } found
            ? Path.GetFullPath(found)
            : throw new AtpException(AtpError.SchedulerUnavailable, "A scheduled job needs pwsh, and PATH leads to none.",
                "Install PowerShell 7.4 or later, or renew in this process with -Scheduler InProcess.");
    }
}
