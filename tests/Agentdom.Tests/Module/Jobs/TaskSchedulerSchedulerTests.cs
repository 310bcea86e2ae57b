using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>
/// Which kind of task is registered. schtasks is a script here, as Windows' own needs its service: this shows what it is given and
/// what follows from its answer, not that Windows runs the task.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class TaskSchedulerSchedulerTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();
    private readonly EnvironmentVariable _path;

    public TaskSchedulerSchedulerTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The real schtasks would be called.");
        _path = new EnvironmentVariable("PATH", $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    public void Dispose()
    {
        _path.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void ItRunsWithoutALogonIfWindowsAllowsIt()
    {
        Schtasks(refuses: "nothing");

        Assert.Null(new TaskSchedulerScheduler().Register(SampleJobs.Job()));

        Assert.Equal("S4U", Registered());
    }

    [Fact]
    public void ItRunsInTheUsersSessionIfWindowsRefusesOtherwiseAndSaysSo()
    {
        Schtasks(refuses: "S4U");

        Assert.Contains("only while you are logged on", new TaskSchedulerScheduler().Register(SampleJobs.Job()));

        Assert.Equal("InteractiveToken", Registered());
    }

    [Fact]
    public void ItRunsInTheUsersSessionIfItsVaultNeedsTheLogonAndSaysWhy()
    {
        Schtasks(refuses: "nothing");

        var notice = new TaskSchedulerScheduler().Register(SampleJobs.Job() with { WhyLogonIsNeeded = "the key is there" });

        Assert.Contains("only while you are logged on, because the key is there.", notice);
        Assert.Equal("InteractiveToken", Registered());
    }

    [Fact]
    public void ARefusalOfBothIsAnError()
    {
        Schtasks(refuses: "Principal");

        var failure = Assert.Throws<AtpException>(() => new TaskSchedulerScheduler().Register(SampleJobs.Job()));

        Assert.Equal(AtpError.SchedulerFailed, failure.Error);
        Assert.Contains("Access is denied", failure.Message);
    }

    // Keeps the task's text, unless it contains what is refused. The file's path is the fifth argument.
    private void Schtasks(string refuses)
    {
        var path = Path.Combine(_folder, "schtasks.exe");
        File.WriteAllText(path, $"""
            #!/bin/sh
            tail -c +3 "$5" | tr -d '\000' > '{_folder}/task'
            if grep -q '{refuses}' '{_folder}/task'; then echo 'ERROR: Access is denied.' >&2; exit 1; fi

            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private string Registered() =>
        File.ReadAllText(Path.Combine(_folder, "task")).Split("<LogonType>")[1].Split('<')[0];
}
