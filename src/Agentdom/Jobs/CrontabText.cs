using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Agentdom.Jobs;

/// <summary>
/// A crontab as text with one character per byte, so that other lines stay unchanged whatever their encoding. The job's lines
/// are between two marks at the top, so that variables set further down in the crontab do not apply to them.
/// </summary>
internal static class CrontabText
{
    private const string Begin = "# BEGIN AGENTDOM REFRESH JOB";
    private const string End = "# END AGENTDOM REFRESH JOB";
    private const string Hint = "# Managed by Register-AtpRefreshJob. Remove it with Unregister-AtpRefreshJob.";

    private static readonly Encoding s_bytes = Encoding.GetEncoding("iso-8859-1");
    private static readonly Regex s_block = new($@"^{Begin}\r?\n(?<lines>(?:.*\n)*?){End}\r?(?:\n|\z)", RegexOptions.Multiline);
    private static readonly Regex s_line = new(
        @"^(?<minute>\*|\d+(?:-59/(?<step>\d+))?) \* \* \* \* (?<command>[^\r\n]*)", RegexOptions.Multiline);
    // The second is from BusyBox, whose message for other reasons begins in the same way.
    private static readonly Regex s_none = new(@"no crontab for|can't open '[^'/]*': No such file");

    internal static string FromBytes(byte[] bytes) => s_bytes.GetString(bytes);

    internal static byte[] ToBytes(string crontab) => s_bytes.GetBytes(crontab);

    /// <summary>Whether the error output of crontab means that the user has no crontab yet.</summary>
    internal static bool IsNone(string errors) => s_none.IsMatch(errors);

    /// <summary>The first line of crontab's error output. The lines after it only refer to documentation.</summary>
    internal static string Refusal(string errors)
    {
        var said = Printable.Excerpt(errors.Trim().Split('\n')[0]);
        return said.Length > 0 ? said : "crontab -l fails without a word";
    }

    /// <summary>The crontab with this job in place of an existing one.</summary>
    /// <param name="crontab">The current crontab.</param>
    /// <param name="job">The job.</param>
    /// <param name="random">
    /// Selects the first minute, so that many machines do not renew at the same time. An existing job keeps its minute.
    /// </param>
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

    /// <summary>The job in the crontab, or null.</summary>
    internal static (JobCommand Job, DateTime NextRun)? Find(string crontab, DateTime now)
    {
        var line = s_line.Match(s_block.Match(crontab).Groups["lines"].Value);
        if (!line.Success) return null;
        var command = Encoding.UTF8.GetString(ToBytes(line.Groups["command"].Value));
        return (new JobCommand(TimeSpan.FromMinutes(Step(line)), command, CommandText.FromCron(command)), NextRun(line, now));
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

    // Limited, so that a line that was edited by hand does not cause an endless search above.
    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, 59) : 0;
}
