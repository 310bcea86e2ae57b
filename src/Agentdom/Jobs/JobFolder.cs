using System.Text;

namespace Agentdom.Jobs;

/// <summary>The folder with the job's script and the outcome of its last run.</summary>
internal static class JobFolder
{
    /// <summary>The script that schedulers run.</summary>
    public static string Script => Path.Combine(AgentdomHome.Jobs, "refresh.ps1");

    /// <summary>Where the script writes how it went.</summary>
    internal static string LastRun => Path.Combine(AgentdomHome.Jobs, "last-run.json");

    /// <summary>Writes a script, readable by its owner only.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/></exception>
    public static void Write(string path, string script)
    {
        try
        {
            AtomicFile.CreateDirectory(AgentdomHome.Jobs);
            // Windows PowerShell takes a file for UTF-8 only where it begins with a byte order mark.
            AtomicFile.Write(path, [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(script)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultUnwritable, $"The job's script cannot be written: {e.Message}",
                $"Let this user write to {AgentdomHome.Jobs}, or move the folder with {AgentdomHome.Variable}.", e);
        }
    }

    /// <summary>Takes the script and the outcome away.</summary>
    internal static void Clear()
    {
        if (!Directory.Exists(AgentdomHome.Jobs)) return;
        File.Delete(Script);
        File.Delete(LastRun);
    }

    /// <summary>How the job last went, or null where it has not run yet or left nothing that can be read.</summary>
    internal static JobRun? ReadLastRun()
    {
        try
        {
            return File.Exists(LastRun) ? JobRun.FromJson(File.ReadAllText(LastRun)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonFormatException)
        {
            return null;
        }
    }
}
