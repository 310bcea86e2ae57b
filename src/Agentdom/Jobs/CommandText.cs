using System.Text;

namespace Agentdom.Jobs;

/// <summary>Quotes the words of a command for different formats, and reads them back.</summary>
internal static class CommandText
{
    /// <summary>The program that starts another one with more environment variables.</summary>
    internal const string Env = "/usr/bin/env";

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

    /// <summary>The words of a command that was quoted for a crontab.</summary>
    internal static IReadOnlyList<string> FromCron(string command) => Words(command.Replace("\\%", "%"));

    /// <summary>The words of a command that was quoted for ExecStart.</summary>
    internal static IReadOnlyList<string> FromSystemd(string command) =>
        [.. Words(command).Select(static (word, index) => (index == 0 ? word : word.Replace("$$", "$")).Replace("%%", "%"))];

    /// <summary>
    /// Why a command cannot run, as the end of a sentence: the program or a file that it runs is gone or cannot be read; or null.
    /// </summary>
    internal static string? WhyNotRun(IEnumerable<string> words) =>
        words.Where(Path.IsPathRooted).Select(WhyUnusable).FirstOrDefault(static why => why is not null);

    private static string? WhyUnusable(string path)
    {
        try
        {
            return AtomicFile.Exists(path) ? null : $"{path} is gone. Register it again.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read: {e.Message}";
        }
    }

    private static List<string> Words(string command)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            if (c == ' ' && quote == '\0')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }
            word ??= new StringBuilder();
            if (quote == '\0' ? c is '\'' or '"' : c == quote) quote = quote == '\0' ? c : '\0';
            else word.Append(c == '\\' && quote != '\'' && i + 1 < command.Length ? command[++i] : c);
        }
        if (word is not null) words.Add(word.ToString());
        return words;
    }
}
