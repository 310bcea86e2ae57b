using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>
/// The user's units if no systemd answers. systemctl is a script here, because a container has no systemd: it answers if it is
/// told to, and writes down the variable by which the real one finds the user's systemd.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class SystemdSchedulerTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();
    private readonly EnvironmentVariable[] _variables;

    public SystemdSchedulerTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is part of Linux.");
        var path = Path.Combine(_folder, "systemctl");
        File.WriteAllText(path, $"""
            #!/bin/sh
            echo "$XDG_RUNTIME_DIR" > '{_folder}/runtime'
            test -e '{_folder}/answers'

            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _variables =
        [
            new("PATH", $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}"), new("XDG_CONFIG_HOME", _folder),
            new("XDG_RUNTIME_DIR", null),
        ];
        Answer(true);
    }

    public void Dispose()
    {
        foreach (var variable in _variables) variable.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void ItsUnitsAreFoundThoughItDoesNotAnswer()
    {
        var systemd = new SystemdScheduler();
        systemd.Register(SampleJobs.Job(7));
        Answer(false);
        var jobs = new RefreshJobs([systemd]);

        var job = Assert.Single(jobs.Find());

        Assert.Equal(7, job.Interval.TotalMinutes);
        Assert.Contains("no systemd answers for this user", job.Problem);
        Assert.Contains(Path.Combine(_folder, "systemd", "user"), job.Problem);
        Assert.Equal(AtpError.SchedulerUnavailable, Assert.Throws<AtpException>(() => jobs.Unregister("Auto")).Error);

        Answer(true);
        jobs.Unregister("Auto");
        Assert.Empty(jobs.Find());
    }

    [Fact]
    public void ItIsFoundByTheUsersRuntimeFolderInASessionThatDoesNotNameIt()
    {
        var user = SchedulerTool.Require("id", ["-u"]).OutputText.Trim();
        Assert.SkipUnless(Directory.Exists($"/run/user/{user}"), "This user has no runtime folder, which systemd makes at a logon.");

        Assert.Null(new SystemdScheduler().WhyUnavailable());

        Assert.Equal($"/run/user/{user}\n", File.ReadAllText(Path.Combine(_folder, "runtime")));
    }

    private void Answer(bool isThere)
    {
        var path = Path.Combine(_folder, "answers");
        if (isThere) File.WriteAllText(path, "");
        else File.Delete(path);
    }
}
