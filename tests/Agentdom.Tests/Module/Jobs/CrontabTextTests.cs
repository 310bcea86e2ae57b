using System.Text;
using System.Text.RegularExpressions;

namespace Agentdom.Tests.Module;

public sealed class CrontabTextTests
{
    private const string Begin = "# BEGIN AGENTDOM REFRESH JOB\n";
    private const string End = "# END AGENTDOM REFRESH JOB\n";

    public static TheoryData<string> OtherPeoplesLines => new(
        "",
        "MAILTO=ops\n0 3 * * * backup\n",
        "0 3 * * * backup",
        "\n\n# a\r\n0 3 * * * b\r\n",
        "5 * * * * echo \u00ff\u0080\u0000\n",
        "# BEGINNER\n$1 ${lines} \\n\n");

    [Theory]
    [MemberData(nameof(OtherPeoplesLines))]
    public void OtherPeoplesLinesStayAsTheyWere(string crontab)
    {
        var with = With(crontab);

        Assert.EndsWith(End + crontab, with);
        Assert.Equal(crontab, CrontabText.Without(with));
        Assert.Equal(crontab, CrontabText.Without(crontab));
    }

    [Fact]
    public void EveryByteComesOutAsItWentIn()
    {
        var bytes = Enumerable.Range(0, 256).Select(b => (byte)b).ToArray();

        var after = CrontabText.ToBytes(CrontabText.Without(With(CrontabText.FromBytes(bytes))));

        Assert.Equal(bytes, after);
    }

    [Fact]
    public void RegisteringTwiceLeavesOneAndTheSame()
    {
        var once = CrontabText.With("0 3 * * * backup\n", SampleJobs.Job(), _ => 3);

        Assert.Equal(once, CrontabText.With(once, SampleJobs.Job(), _ => 1));
        Assert.Equal(1, Regex.Count(CrontabText.With(once, SampleJobs.Job(10), _ => 1), "BEGIN AGENTDOM"));
    }

    [Fact]
    public void LinesAroundTheJobStayWhereSomebodyMovedThem()
    {
        var job = With("");

        Assert.Equal("A=1\n0 3 * * * b\n", CrontabText.Without($"A=1\n{job}0 3 * * * b\n"));
        Assert.Equal("A=1\n", CrontabText.Without("A=1\n" + job.Replace("\n", "\r\n")));
        Assert.Equal("A=1\n", CrontabText.Without("A=1\n" + job.TrimEnd('\n')));
    }

    [Theory]
    [InlineData(Begin + "0 3 * * * backup\n")]
    [InlineData("0 3 * * * backup\n" + End)]
    public void HalfAPairOfMarksIsNotGuessedAt(string crontab)
    {
        Assert.Equal(AtpError.SchedulerFailed, Assert.Throws<AtpException>(() => CrontabText.Without(crontab)).Error);
        Assert.Throws<AtpException>(() => With(crontab));
    }

    [Theory]
    [InlineData(1, 0, "*")]
    [InlineData(5, 3, "3-59/5")]
    [InlineData(7, 2, "2-59/7")]
    [InlineData(60, 42, "42")]
    public void TheMinuteBeginsAtRandom(int minutes, int first, string expected)
    {
        var line = Line(CrontabText.With("", SampleJobs.Job(minutes), _ => first));

        Assert.StartsWith(expected + " * * * * ", line);
    }

    [Fact]
    public void NoTwoRunsAreFurtherApartThanTheInterval()
    {
        for (var minutes = 1; minutes <= 60; minutes++)
        {
            var firsts = 0;
            CrontabText.With("", SampleJobs.Job(minutes), n => firsts = n);
            for (var first = 0; first < firsts; first++)
            {
                var crontab = CrontabText.With("", SampleJobs.Job(minutes), _ => first);
                for (var (now, left) = (new DateTime(2026, 1, 1), 130); left > 0; left--)
                {
                    var job = CrontabText.Find(crontab, now)!.Value;
                    Assert.Equal(minutes, job.Job.Interval.TotalMinutes);
                    Assert.InRange(job.NextRun - now, TimeSpan.FromMinutes(1), job.Job.Interval);
                    now = job.NextRun;
                }
            }
        }
    }

    [Fact]
    public void TheShellSeesTheCommandsWords()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "There is no /bin/sh here.");
        var job = SampleJobs.Job(script: SampleJobs.AwkwardScript, engine: "/opt/power shell/pwsh");

        var bytes = CrontabText.ToBytes(Line(CrontabText.With("", job, _ => 0)));
        var written = Encoding.UTF8.GetString(bytes)["0-59/5 * * * * ".Length..];
        var command = AsCronRuns(written);

        Assert.Equal(job.Command, SampleJobs.ShellWords(command));
        var found = CrontabText.Find(CrontabText.With("", job, _ => 0), DateTime.Now)!.Value.Job;
        Assert.Equal(written, found.Text);
        Assert.Equal(job.Command, found.Words);
    }

    [Theory]
    [InlineData("x-59/5")]
    [InlineData("99999999999-59/0")]
    public void ALineThatWasEditedByHandDoesNoHarm(string minute)
    {
        var job = CrontabText.Find(Begin + minute + " * * * * pwsh\n" + End, new DateTime(2026, 1, 1));

        Assert.True(job is null || job.Value.NextRun > new DateTime(2026, 1, 1));
    }

    private static string With(string crontab) => CrontabText.With(crontab, SampleJobs.Job(), _ => 3);

    private static string Line(string crontab) => crontab.Split('\n')[2];

    // The loop of Vixie cron (do_command.c): \% is a percent sign, and a bare one ends the command.
    private static string AsCronRuns(string text)
    {
        var command = new StringBuilder();
        var isEscaped = false;
        foreach (var c in text)
        {
            if (!isEscaped && c == '%') break;
            if (isEscaped && c == '%') command.Length--;
            command.Append(c);
            isEscaped = !isEscaped && c == '\\';
        }
        return command.ToString();
    }
}
