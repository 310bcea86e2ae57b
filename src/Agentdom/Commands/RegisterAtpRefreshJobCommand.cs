using System.Management.Automation;
using Agentdom.Core.Jobs;
using Agentdom.Core.Signing;
using Agentdom.Jobs;

namespace Agentdom.Commands;

/// <summary>
/// Registers the job that renews the stored tokens, in place of the one there is. Proves first that the job will find
/// its module, its vault and each host's secret where the scheduler runs it.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "AtpRefreshJob", SupportsShouldProcess = true)]
[OutputType(typeof(AtpRefreshJob))]
public sealed class RegisterAtpRefreshJobCommand : VaultCmdlet
{
    /// <summary>The time between two runs: whole minutes, at most an hour.</summary>
    [Parameter(Position = 0)]
    public TimeSpan Interval { get; set; } = RefreshJob.DefaultInterval;

    /// <summary>What runs the job.</summary>
    [Parameter(Position = 1)]
    public AtpJobScheduler Scheduler { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Scheduler;

    /// <inheritdoc/>
    protected override void Run()
    {
        var vault = OpenVault();
        var script = new RefreshScript(ModulePath(), vault.Name, Interval);
        var jobs = Schedulers.All(script.ForRunspace());
        var chosen = jobs.Choose(Scheduler.ToString());
        var isInProcess = chosen.Name == RefreshJobs.InProcess;
        IReadOnlyList<string> engine = isInProcess ? [] : EnginePath.Find();
        var job = new RefreshJob(Interval, engine, JobFolder.Script);
        if (!ShouldProcess($"{chosen.Name}, every {Interval.TotalMinutes} min, vault '{vault.Name}'", "Register refresh job")) return;

        if (!isInProcess)
        {
            JobProof.Require(engine, script.ForScheduler());
            WarnOfWhatTheJobWillNotSee();
            JobFolder.Write(JobFolder.Script, script.ForScheduler());
        }
        if (jobs.Register(job, chosen) is { } notice) WriteWarning(notice);
        foreach (var registered in jobs.Find()) WriteObject(new AtpRefreshJob(registered));
    }

    // An installed module lies in a folder named like its version. By the one above, a job outlives an update.
    private static string ModulePath()
    {
        var folder = Path.GetDirectoryName(typeof(AtpCmdlet).Assembly.Location)!;
        return Version.TryParse(Path.GetFileName(folder), out _)
            ? Path.GetDirectoryName(folder)!
            : Path.Combine(folder, "Agentdom.psd1");
    }

    // The proof has nothing to find a fault with while there are no tokens yet.
    private void WarnOfWhatTheJobWillNotSee()
    {
        if (OpenStore().All().Count > 0) return;
        if (IsSet(SecretFinder.Variable))
            WriteWarning($"The job will not see {SecretFinder.Variable}. Keep each host's secret in the vault with Set-AtpSecret.");
        if (IsSet(RefreshScript.VaultKeyVariable))
            WriteWarning($"The job will not see {RefreshScript.VaultKeyVariable}, so it cannot open what is written to the module's vault with it.");
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
