using System.Text;

namespace Agentdom.Jobs;

/// <summary>The folder with the job's script and the outcome of its last run.</summary>
internal static class JobFolder
{
    /// <summary>The script that schedulers run.</summary>
    public static string Script => Path.Combine(AgentdomHome.Jobs, "refresh.ps1");

    /// <summary>The file to which the script writes its outcome.</summary>
    internal static string LastRun => Path.Combine(AgentdomHome.Jobs, "last-run.json");

    /// <summary>When the job was last registered (UTC), or null if its script is gone or cannot be seen.</summary>
    internal static DateTimeOffset? RegisteredAt => File.Exists(Script) ? File.GetLastWriteTimeUtc(Script) : null;

    /// <summary>Writes a script that only its owner can read.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/></exception>
    public static void Write(string path, string script)
    {
        try
        {
            PrivatePath.CreateFolder(AgentdomHome.Jobs);
            // Windows PowerShell reads a file as UTF-8 only if it has a byte order mark.
            AtomicFile.Write(path, Encoding.UTF8.GetBytes("\uFEFF" + script));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultUnwritable, $"The job's script cannot be written: {e.Message}",
                WriteAdvice.For(e, AgentdomHome.Jobs), e);
        }
    }

    /// <summary>Removes the script and the outcome.</summary>
    internal static void Clear()
    {
        if (!AtomicFile.Exists(AgentdomHome.Jobs)) return;
        File.Delete(Script);
        File.Delete(LastRun);
    }

    /// <summary>The outcome of the last run, or null if there is none or it cannot be read.</summary>
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
