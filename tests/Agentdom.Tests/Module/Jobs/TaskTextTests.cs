using System.Xml.Linq;

namespace Agentdom.Tests.Module;

public sealed class TaskTextTests
{
    private static readonly XNamespace s_task = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    private static readonly RefreshJob s_job =
        SampleJobs.Job(7, @"C:\Users\A & B\jobs\refresh.ps1", @"C:\Program Files\PowerShell\7\pwsh.exe");

    private readonly string _xml = TaskText.Xml(s_job, @"SHOP\o'neil", new DateTime(2026, 2, 3, 4, 5, 6), needsLogon: false);

    [Fact]
    public void TheTaskRunsTheCommandAsTheUserWithoutRights()
    {
        Assert.Equal(@"C:\Program Files\PowerShell\7\pwsh.exe", Value("Command"));
        Assert.Equal(@"-NoProfile -NonInteractive -File ""C:\Users\A & B\jobs\refresh.ps1""", Value("Arguments"));
        Assert.Equal(@"SHOP\o'neil", Value("UserId"));
        Assert.Equal("S4U", Value("LogonType"));
        Assert.Equal("LeastPrivilege", Value("RunLevel"));
    }

    [Fact]
    public void ATaskThatNeedsItsUsersLogonRunsInTheirSession() => Assert.Contains("<LogonType>InteractiveToken</LogonType>",
        TaskText.Xml(s_job, "me", DateTime.Now, needsLogon: true));

    [Fact]
    public void TheTaskRunsAtItsIntervalAndNeverTwiceAtOnce()
    {
        Assert.Equal("PT7M", Value("Interval"));
        Assert.Equal("2026-02-03T04:05:06", Value("StartBoundary"));
        Assert.Equal("IgnoreNew", Value("MultipleInstancesPolicy"));
        Assert.Equal("true", Value("StartWhenAvailable"));
        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", _xml);
    }

    [Fact]
    public void TheTaskIsReadBack()
    {
        var found = TaskText.Find("\ufeff" + _xml)!;

        Assert.Equal(s_job.Interval, found.Interval);
        Assert.Equal(
            @"C:\Program Files\PowerShell\7\pwsh.exe -NoProfile -NonInteractive -File ""C:\Users\A & B\jobs\refresh.ps1""",
            found.Text);
        Assert.Null(TaskText.Find("ERROR: no such task"));
    }

    [Fact]
    public void AnIntervalBeyondAllTimeIsNotTheJobs() =>
        Assert.Null(TaskText.Find(_xml.Replace("PT7M", "PT99999999999999999H")));

    private string Value(string name) => XDocument.Parse(_xml).Descendants(s_task + name).Single().Value;
}
