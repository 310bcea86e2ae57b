using System.Management.Automation;
using Agentdom.Jobs;

namespace Agentdom.Commands;

/// <summary>
/// Registers the job that renews the stored tokens, and replaces an existing one. Checks first that the job can find the
/// module, the vault and the secret of each host, and can reach the hosts, when the scheduler runs it.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "AtpRefreshJob", SupportsShouldProcess = true)]
[OutputType(typeof(AtpRefreshJob))]
public sealed class RegisterAtpRefreshJobCommand : VaultCmdlet
{
    /// <summary>The time between two runs, in whole minutes from 1 minute to 1 hour. A plain number means minutes.</summary>
    [Parameter(Position = 0)]
    [PlainMinutes]
    public TimeSpan Interval { get; set; } = RefreshJob.DefaultInterval;

    /// <summary>The scheduler that runs the job.</summary>
    [Parameter(Position = 1)]
    public AtpJobScheduler Scheduler { get; set; }

    /// <summary>Registers the job even if it could not reach the hosts of the stored tokens now.</summary>
    [Parameter]
    public SwitchParameter SkipHostCheck { get; set; }

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
        if (!isInProcess) JobEnvironment.RequireNoPassword();
        var engine = isInProcess ? [] : JobEnvironment.WithAuthorities(EnginePath.Find());
        var job = new RefreshJob(Interval, engine, JobFolder.Script) { WhyLogonIsNeeded = WhyLogonIsNeeded(vault) };
        if (!ShouldProcess($"{chosen.Name}, every {TimeText.Exact(Interval)}, vault '{vault.Name}'", "Register refresh job")) return;

        if (!isInProcess)
        {
            JobProof.Require(engine, script.ForScheduler(), askHosts: !SkipHostCheck);
            JobFolder.Write(JobFolder.Script, script.ForScheduler());
        }
        var tokens = OpenStore(AgentId.Current().Value).All();
        // Without stored tokens, the check of the job has no secrets to look for and cannot fail.
        if (!isInProcess && tokens.Count == 0) WarnOfWhatTheJobWillNotSee();
        if (TokenGaps.Find(tokens, Interval) is { } gaps) WriteWarning(gaps);
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

    // A job that Windows runs without a logon has no access to what is protected with the user's password, such as DPAPI's keys.
    private static string? WhyLogonIsNeeded(ITokenVault vault) =>
        vault is not FileVault ? $"the vault '{vault.Name}' may need your logon"
        : File.Exists(VaultKey.FilePath) ? null
        : $"the key of the vault is protected by your logon and not in a key file ({KeychainKey.Variable})";

    private void WarnOfWhatTheJobWillNotSee()
    {
        if (IsSet(SecretFinder.Variable))
            WriteWarning($"The job will not see {SecretFinder.Variable}. Store each host's secret in the vault with Set-AtpSecret.");
        if (IsSet(RefreshScript.VaultKeyVariable))
            WriteWarning($"The job will not see {RefreshScript.VaultKeyVariable}, "
                + "so it cannot read what the module's vault stores with it.");
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
