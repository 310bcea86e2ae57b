using System.Text;

namespace Agentdom.Jobs;

/// <summary>Quotes the words of a command for different formats.</summary>
internal static class CommandText
{
    /// <summary>For a crontab: POSIX shell quotes, and cron's own rule for the percent sign.</summary>
    internal static string ForCron(IEnumerable<string> words) => string.Join(" ", words.Select(static word =>
    {
        var quoted = ForShell(word);
        // Cron reads \% as a percent sign but has no escape for a backslash, so a backslash must not precede \%.
        return quoted.Replace("\\%", "\\''%").Replace("%", "\\%");
    }));

    /// <summary>For ExecStart: C escapes in double quotes, specifiers and variables doubled.</summary>
    internal static string ForSystemd(IEnumerable<string> words) => string.Join(" ", words.Select(static (word, index) =>
    {
        var escaped = word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("%", "%%");
        // systemd does not expand variables in the program's path.
        return CommandLine.NeedsNoQuotes(word) ? word : $"\"{(index == 0 ? escaped : escaped.Replace("$", "$$"))}\"";
    }));

    /// <summary>For PowerShell: a literal string. Typographic quotes count as quotes too.</summary>
    internal static string ForPowerShell(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text) quoted.Append(c, c is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b' ? 2 : 1);
        return quoted.Append('\'').ToString();
    }

    private static string ForShell(string word) => CommandLine.NeedsNoQuotes(word) ? word : $"'{word.Replace("'", "'\\''")}'";
}
