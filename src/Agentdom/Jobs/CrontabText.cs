using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Agentdom.Jobs;

/// <summary>
/// A crontab as text, a character a byte, so that whatever other people's lines hold comes out as it went in. The job's
/// lines stand between two marks at the top, where no variable that the crontab sets further down applies to them.
/// </summary>
internal static class CrontabText
{
    private const string Begin = "# BEGIN AGENTDOM REFRESH JOB";
    private const string End = "# END AGENTDOM REFRESH JOB";
    private const string Hint = "# Kept by Register-AtpRefreshJob; Unregister-AtpRefreshJob takes it away.";

    private static readonly Encoding s_bytes = Encoding.GetEncoding("iso-8859-1");
    private static readonly Regex s_block = new($@"^{Begin}\r?\n(?<lines>(?:.*\n)*?){End}\r?(?:\n|\z)", RegexOptions.Multiline);
    private static readonly Regex s_line =
        new(@"^(?<minute>\*|\d+(?:-59/(?<step>\d+))?) \* \* \* \* (?<command>[^\r\n]*)", RegexOptions.Multiline);
    // The second is BusyBox's, which gives other reasons after the same beginning.
    private static readonly Regex s_none = new(@"no crontab for|can't open '[^'/]*': No such file");

    internal static string FromBytes(byte[] bytes) => s_bytes.GetString(bytes);

    internal static byte[] ToBytes(string crontab) => s_bytes.GetBytes(crontab);

    /// <summary>Whether crontab, which failed, said that the user has no crontab yet.</summary>
    internal static bool IsNone(string errors) => s_none.IsMatch(errors);

    /// <summary>The first line of what crontab said; where to read more comes after it.</summary>
    internal static string Refusal(string errors)
    {
        var said = Printable.Excerpt(errors.Trim().Split('\n')[0]);
        return said.Length > 0 ? said : "crontab -l fails without a word";
    }

    /// <summary>The crontab with this job in it, and no other.</summary>
    /// <param name="crontab">The crontab as it is.</param>
    /// <param name="job">The job.</param>
    /// <param name="random">Picks the first minute, so that a fleet does not ask in step; a job that is there keeps its own.</param>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/>: the marks are damaged.</exception>
    internal static string With(string crontab, RefreshJob job, Func<int, int> random)
    {
        var kept = s_line.Match(s_block.Match(crontab).Groups["lines"].Value);
        var minute = kept.Success && Step(kept) == job.Minutes
            ? kept.Groups["minute"].Value
            // A later first minute would leave a gap longer than the interval at the full hour.
            : Minute(random(59 % job.Minutes + 1), job.Minutes);
        var command = FromBytes(Encoding.UTF8.GetBytes(CommandText.ForCron(job.Command)));
        return $"{Begin}\n{Hint}\n{minute} * * * * {command}\n{End}\n{Without(crontab)}";
    }

    /// <summary>The crontab without the job.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/>: the marks are damaged.</exception>
    internal static string Without(string crontab)
    {
        var rest = s_block.Replace(crontab, "");
        return Regex.IsMatch(rest, $"^(?:{Begin}|{End})", RegexOptions.Multiline)
            ? throw new AtpException(AtpError.SchedulerFailed, $"The crontab has only one of the lines '{Begin}' and '{End}'.",
                "Remove the job's lines by hand with 'crontab -e', then try again.")
            : rest;
    }

    /// <summary>The job that the crontab holds, or null.</summary>
    internal static (TimeSpan Interval, string Command, DateTime NextRun)? Find(string crontab, DateTime now)
    {
        var line = s_line.Match(s_block.Match(crontab).Groups["lines"].Value);
        if (!line.Success) return null;
        var command = Encoding.UTF8.GetString(ToBytes(line.Groups["command"].Value));
        return (TimeSpan.FromMinutes(Step(line)), command, NextRun(line, now));
    }

    private static string Minute(int first, int step) => step switch
    {
        1 => "*",
        60 => first.ToString(CultureInfo.InvariantCulture),
        _ => $"{first}-59/{step}",
    };

    private static int Step(Match line) =>
        line.Groups["minute"].Value == "*" ? 1 : line.Groups["step"].Success ? Math.Max(1, Number(line.Groups["step"].Value)) : 60;

    private static DateTime NextRun(Match line, DateTime now)
    {
        var minute = line.Groups["minute"].Value;
        var first = minute == "*" ? 0 : Number(minute.Split('-')[0]);
        var step = Step(line);
        var next = new DateTime(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, now.Kind);
        do next = next.AddMinutes(1);
        while (next.Minute < first || (next.Minute - first) % step != 0);
        return next;
    }

    // What somebody changed by hand must not end the search above in a loop.
    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, 59) : 0;
}
