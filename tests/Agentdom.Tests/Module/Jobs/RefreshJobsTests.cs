using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

[Collection(PowerShellCollection.Name)]
public sealed class RefreshJobsTests
{
    private readonly FakeScheduler _gone = new("Systemd") { Reason = "no systemd answers for this user" };
    private readonly FakeScheduler _cron = new("Cron");
    private readonly FakeScheduler _here = new(RefreshJobs.InProcess);

    private RefreshJobs All => new([_gone, _cron, _here]);

    [Fact]
    public void AutoIsTheFirstThatCanBeUsedAndNeverThisProcess()
    {
        Assert.Same(_cron, All.Choose("Auto"));
        _cron.Reason = "crontab is not installed";

        var refusal = Assert.Throws<AtpException>(() => All.Choose("Auto"));

        Assert.Equal(AtpError.SchedulerUnavailable, refusal.Error);
        Assert.Contains("Systemd: no systemd answers for this user; Cron: crontab is not installed", refusal.Message);
        Assert.Contains("-Scheduler InProcess", refusal.Advice);
    }

    [Fact]
    public void ASchedulerIsTakenByItsNameOrRefused()
    {
        Assert.Same(_here, All.Choose("InProcess"));
        Assert.Throws<AtpException>(() => All.Choose("Systemd"));
    }

    [Fact]
    public void ChoosingAnotherSchedulerLeavesOneJob()
    {
        All.Register(SampleJobs.Job(5), _cron);
        All.Register(SampleJobs.Job(10), _cron);
        Assert.Equal(10, Assert.Single(All.Find()).Interval.TotalMinutes);

        All.Register(SampleJobs.Job(5), _here);

        Assert.Equal("InProcess", Assert.Single(All.Find()).Scheduler);
    }

    [Fact]
    public void IfRegisteringFailsTheOldJobStays()
    {
        All.Register(SampleJobs.Job(5), _here);
        _cron.Failure = new AtpException(AtpError.SchedulerFailed, "x", "y");

        Assert.Throws<AtpException>(() => All.Register(SampleJobs.Job(5), _cron));

        Assert.Single(All.Find());
    }

    [Fact]
    public void AJobThatIsNotThereAfterwardsIsAnErrorAndTheOldOneStays()
    {
        All.Register(SampleJobs.Job(5), _here);
        _cron.Forgets = true;

        var failure = Assert.Throws<AtpException>(() => All.Register(SampleJobs.Job(5), _cron));

        Assert.Equal(AtpError.SchedulerFailed, failure.Error);
        Assert.Contains("Cron", failure.Happened);
        Assert.Contains("-Scheduler", failure.Advice);
        Assert.Equal("InProcess", Assert.Single(All.Find()).Scheduler);
    }

    [Fact]
    public void UnregisteringRemovesItOrReportsThatThereIsNone()
    {
        All.Register(SampleJobs.Job(5), _cron);

        Assert.Equal(AtpError.JobNotFound, Assert.Throws<AtpException>(() => All.Unregister("InProcess")).Error);
        All.Unregister("Auto");

        Assert.Empty(All.Find());
        Assert.Equal(AtpError.JobNotFound, Assert.Throws<AtpException>(() => All.Unregister("Auto")).Error);
    }

    [Fact]
    public void AFailingSchedulerDoesNotPreventTheUseOfOthers()
    {
        _cron.Failure = new AtpException(AtpError.SchedulerFailed, "crontab failed.", "Look.");

        var notice = All.Register(SampleJobs.Job(5), _here);

        Assert.Equal("An older job may still be registered. Cron: crontab failed. Look.", notice);
        Assert.Equal("InProcess", Assert.Single(All.Find()).Scheduler);
    }

    [Fact]
    public void IfOneFailsTheJobIsRemovedFromTheOthersAndTheFailureIsReported()
    {
        All.Register(SampleJobs.Job(5), _here);
        _cron.Failure = new IOException("denied");

        Assert.StartsWith("Cron: ", Assert.Throws<AtpException>(() => All.Unregister("Auto")).Message);

        _cron.Failure = null;
        Assert.Empty(All.Find());
    }

    [Fact]
    public void RemovingItFromOneSchedulerDoesNotFailIfAnotherFails()
    {
        All.Register(SampleJobs.Job(5), _here);
        _cron.Failure = new AtpException(AtpError.SchedulerFailed, "x", "y");

        All.Unregister("InProcess");

        Assert.Null(_here.Find());
    }

    [Fact]
    public void NoJobIsNotReportedIfASchedulerDidNotAnswer()
    {
        _cron.Failure = new AtpException(AtpError.SchedulerFailed, "x", "y");

        Assert.Throws<AtpException>(() => All.Find());
    }

    [Fact]
    public void ASchedulerThatFailsTheAvailabilityCheckIsNotUsed()
    {
        _gone.AvailabilityFailure = new AtpException(AtpError.SchedulerFailed, "systemctl did not end in time.", "y");

        Assert.Same(_cron, All.Choose("Auto"));
        Assert.Contains("(Systemd: systemctl did not end in time)", Assert.Throws<AtpException>(() => All.Choose("Systemd")).Message);
    }

    [Fact]
    public void AJobWhoseSchedulerDoesNotAnswerIsShownAndNoSecondOneIsRegistered()
    {
        _gone.HasFiles = true;

        var job = Assert.Single(All.Find());
        Assert.Equal("Systemd", job.Scheduler);
        Assert.Equal("no systemd answers for this user, but its files are here.", job.Problem);

        foreach (var other in new[] { _cron, _here })
        {
            var refusal = Assert.Throws<AtpException>(() => All.Register(SampleJobs.Job(5), other));
            Assert.Equal(AtpError.SchedulerUnavailable, refusal.Error);
            Assert.Contains("its files are here", refusal.Message);
            Assert.Null(other.Find());
        }
    }

    [Fact]
    public void AJobWhoseSchedulerDoesNotAnswerIsNotSaidToBeRemoved()
    {
        All.Register(SampleJobs.Job(5), _cron);
        _gone.HasFiles = true;

        Assert.Equal(AtpError.SchedulerUnavailable, Assert.Throws<AtpException>(() => All.Unregister("Auto")).Error);
        Assert.Equal(AtpError.SchedulerUnavailable, Assert.Throws<AtpException>(() => All.Unregister("Systemd")).Error);
        Assert.Equal("Systemd", Assert.Single(All.Find()).Scheduler);
    }

    private sealed class FakeScheduler(string name) : IJobScheduler
    {
        private RefreshJob? _job;

        internal string? Reason { get; set; }

        internal Exception? Failure { get; set; }

        internal bool Forgets { get; set; }

        internal bool HasFiles { get; set; }

        internal AtpException? AvailabilityFailure { get; set; }

        public string Name => name;

        public string? WhyUnavailable() => AvailabilityFailure is null ? Reason : throw AvailabilityFailure;

        public string? Register(RefreshJob job)
        {
            if (Failure is not null) throw Failure;
            if (!Forgets) _job = job;
            return null;
        }

        public RegisteredJob? Find() =>
            Failure is not null ? throw Failure : _job is null ? null : new RegisteredJob(name, _job.Interval, "", null, null);

        public RegisteredJob? FindInFiles(string reason) =>
            HasFiles ? new RegisteredJob(name, TimeSpan.FromMinutes(5), "", null, null, $"{reason}, but its files are here.") : null;

        public bool Unregister()
        {
            if (Failure is not null) throw Failure;
            var wasThere = _job is not null;
            _job = null;
            return wasThere;
        }
    }
}
