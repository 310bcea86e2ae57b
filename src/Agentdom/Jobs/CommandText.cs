using System.Text;

namespace Agentdom.Jobs;

/// <summary>Writes a command's words so that the reader on the other side sees the very same words.</summary>
internal static class CommandText
{
    /// <summary>For a line of a crontab: a POSIX shell's quotes inside cron's own rule for the percent sign.</summary>
    internal static string ForCron(IEnumerable<string> words) => string.Join(" ", words.Select(static word =>
    {
        var quoted = ForShell(word);
        // Cron takes \% for a percent sign, but the second of two backslashes as plain: the two must not meet.
        return quoted.Replace("\\%", "\\''%").Replace("%", "\\%");
    }));

    /// <summary>For ExecStart: C escapes in double quotes, specifiers and variables doubled.</summary>
    internal static string ForSystemd(IEnumerable<string> words) => string.Join(" ", words.Select(static (word, index) =>
    {
        var escaped = word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("%", "%%");
        // Variables are not looked for in the program's path.
        return CommandLine.NeedsNoQuotes(word) ? word : $"\"{(index == 0 ? escaped : escaped.Replace("$", "$$"))}\"";
    }));

    /// <summary>A PowerShell string that stands for itself; PowerShell takes typographic quotes for quotes as well.</summary>
    internal static string ForPowerShell(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text) quoted.Append(c, c is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b' ? 2 : 1);
        return quoted.Append('\'').ToString();
    }

    private static string ForShell(string word) => CommandLine.NeedsNoQuotes(word) ? word : $"'{word.Replace("'", "'\\''")}'";
}
