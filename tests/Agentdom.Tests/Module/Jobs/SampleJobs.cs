namespace Agentdom.Tests.Module;

/// <summary>Jobs whose paths have characters that need quoting in each scheduler's format.</summary>
internal static class SampleJobs
{
    internal const string AwkwardScript = """/home/o'neil/50% "of"\%d $HOME/Größe & <x>/refresh.ps1""";

    internal static RefreshJob Job(int minutes = 5, string script = "/home/agent/jobs/refresh.ps1", string engine = "/usr/bin/pwsh") =>
        new(TimeSpan.FromMinutes(minutes), [engine], script);

    /// <summary>The words of a command as a shell parses them.</summary>
    internal static string[] ShellWords(string command)
    {
        var result = SchedulerTool.Require("/bin/sh", ["-c", $"printf '%s\\n' {command}"]);
        return result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
