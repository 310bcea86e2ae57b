using System.Text;

namespace Agentdom.Core.Jobs;

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
        return NeedsNoQuotes(word) ? word : $"\"{(index == 0 ? escaped : escaped.Replace("$", "$$"))}\"";
    }));

    /// <summary>For Windows, and for starting a process anywhere: the rules of the C runtime's argument parser.</summary>
    internal static string ForWindows(IEnumerable<string> words) => string.Join(" ", words.Select(static word =>
    {
        if (NeedsNoQuotes(word)) return word;
        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in word)
        {
            // Backslashes count only before a quote, and are doubled there.
            if (c == '"') quoted.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            quoted.Append(c);
        }
        return quoted.Append('\\', backslashes).Append('"').ToString();
    }));

    /// <summary>A PowerShell string that stands for itself; PowerShell takes typographic quotes for quotes as well.</summary>
    internal static string ForPowerShell(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text) quoted.Append(c, c is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b' ? 2 : 1);
        return quoted.Append('\'').ToString();
    }

    private static string ForShell(string word) => NeedsNoQuotes(word) ? word : $"'{word.Replace("'", "'\\''")}'";

    private static bool NeedsNoQuotes(string word) =>
        word.Length > 0 && word.All(static c => c < 128 && (char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_'));
}
