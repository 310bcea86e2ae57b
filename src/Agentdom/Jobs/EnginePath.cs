using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Agentdom.Jobs;

/// <summary>Finds the PowerShell that the job runs in.</summary>
internal static class EnginePath
{
    private static readonly string[] s_names = ["pwsh", "powershell"];
    private static readonly string[] s_nothing = ["-NoProfile", "-NonInteractive", "-Command", "exit 0"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The command, with absolute paths, that starts this process's own PowerShell, or else the pwsh on PATH. It has two words
    /// if PowerShell is a .NET tool: dotnet, and the path of pwsh.dll.
    /// </summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerUnavailable"/></exception>
    public static IReadOnlyList<string> Find()
    {
        using var process = Process.GetCurrentProcess();
        return Of(process.MainModule?.FileName, AppContext.BaseDirectory)
            ?? (s_names.Select(ProcessRunner.Find).FirstOrDefault(static p => p is not null) is { } found
                ? [Path.GetFullPath(found)]
                : throw new AtpException(AtpError.SchedulerUnavailable, "A scheduled job needs pwsh, and there is none on PATH.",
                    "Install PowerShell 7.4 or later, or renew in this process with -Scheduler InProcess."));
    }

    /// <summary>The command that starts the PowerShell of a process, or null if the process is something else.</summary>
    /// <param name="program">The process's program.</param>
    /// <param name="folder">The folder of the assembly that it runs.</param>
    internal static IReadOnlyList<string>? Of(string? program, string folder)
    {
        if (program is null) return null;
        var name = Path.GetFileNameWithoutExtension(program);
        // Installers put a link on PATH that survives an update, while the program's own folder often has its version in its name.
        if (s_names.Contains(name, StringComparer.OrdinalIgnoreCase)) return [ProcessRunner.FindSame(program) ?? program];
        var engine = Path.Combine(folder, "pwsh.dll");
        if (!name.Equals("dotnet", StringComparison.OrdinalIgnoreCase) || !File.Exists(engine)) return null;
        return ShimOf(engine) is { } shim && RunsForAScheduler(shim) ? [shim] : [program, engine];
    }

    // Its path has no version in it, so a job outlives an update of the tool.
    private static string? ShimOf(string engine)
    {
        var store = engine.LastIndexOf($"{Path.DirectorySeparatorChar}.store{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
        if (store < 0) return null;
        var shim = Path.Combine(engine.Substring(0, store + 1), RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "pwsh.exe" : "pwsh");
        return File.Exists(shim) ? shim : null;
    }

    // The shim looks for dotnet on PATH and in the default folders, and a scheduler's PATH is short.
    private static bool RunsForAScheduler(string shim)
    {
        try
        {
            return SchedulerTool.Run(shim, s_nothing, null, BareEnvironment.Create(), s_patience).ExitCode == 0;
        }
        catch (AtpException)
        {
            return false;
        }
    }
}
