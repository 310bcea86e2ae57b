using System.Management.Automation;
using Agentdom.Jobs;

namespace Agentdom.Commands;

/// <summary>
/// Registers the job that renews the stored tokens, and replaces an existing one. Checks first that the job can find the
/// module, the vault and the secret of each host when the scheduler runs it.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "AtpRefreshJob", SupportsShouldProcess = true)]
[OutputType(typeof(AtpRefreshJob))]
public sealed class RegisterAtpRefreshJobCommand : VaultCmdlet
{
    /// <summary>The time between two runs, in whole minutes from 1 minute to 1 hour.</summary>
    [Parameter(Position = 0)]
    public TimeSpan Interval { get; set; } = RefreshJob.DefaultInterval;

    /// <summary>The scheduler that runs the job.</summary>
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

    // An installed module is in a folder named after its version. With the parent folder, the job keeps working after an update.
    private static string ModulePath()
    {
        var folder = Path.GetDirectoryName(typeof(AtpCmdlet).Assembly.Location)!;
        return Version.TryParse(Path.GetFileName(folder), out _)
            ? Path.GetDirectoryName(folder)!
            : Path.Combine(folder, "Agentdom.psd1");
    }

    // Without stored tokens, the check of the job has no secrets to look for and cannot fail.
    private void WarnOfWhatTheJobWillNotSee()
    {
        if (OpenStore(AgentId.Current().Value).All().Count > 0) return;
        if (IsSet(SecretFinder.Variable))
            WriteWarning($"The job will not see {SecretFinder.Variable}. Store each host's secret in the vault with Set-AtpSecret.");
        if (IsSet(RefreshScript.VaultKeyVariable))
            WriteWarning($"The job will not see {RefreshScript.VaultKeyVariable}, "
                + "so it cannot read what the module's vault stores with it.");
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
