namespace Agentdom.Jobs;

/// <summary>
/// Checks that the job will find everything it needs: runs its script with <c>-Check</c> in a process that has only a scheduler's
/// environment variables, and throws with the reasons if something is missing.
/// </summary>
internal static class JobProof
{
    private const int MostReasons = 5;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs the check.</summary>
    /// <param name="engine">The command that starts the PowerShell of the job.</param>
    /// <param name="script">The text of the job's script.</param>
    /// <param name="askHosts">Whether the hosts of the stored tokens must be reached.</param>
    /// <exception cref="AtpException"><see cref="AtpError.JobWouldFail"/>, or the child cannot be started.</exception>
    public static void Require(IReadOnlyList<string> engine, string script, bool askHosts)
    {
        // A separate file, so that a registered job keeps its script if the new one fails the check.
        var path = Path.Combine(AgentdomHome.Jobs, $"check-{Guid.NewGuid():N}.ps1");
        JobFolder.Write(path, script);
        try
        {
            var command = new RefreshJob(RefreshJob.DefaultInterval, engine, path).Command;
            var check = command.Skip(1).Append("-Check");
            if (!askHosts) check = check.Append("-SkipHostCheck");
            var child = SchedulerTool.Run(command[0], [.. check], null, BareEnvironment.Create(), s_patience);
            if (Failures(child) is { Count: > 0 } failures) throw Refusal(failures);
        }
        finally
        {
            File.Delete(path);
        }
    }

    internal static AtpException Refusal(IReadOnlyList<JobFailure> failures)
    {
        var reasons = failures.Take(MostReasons).Select(static f => (f.Host is null ? "" : f.Host + ": ") + f.Message.TrimEnd('.'));
        var more = failures.Count > MostReasons ? $"; and {failures.Count - MostReasons} more" : "";
        var remedies = failures.Select(static f => Remedy(f)).Distinct(StringComparer.Ordinal);
        return new AtpException(AtpError.JobWouldFail,
            $"The job was not registered, because it would fail in a scheduler's environment. {string.Join("; ", reasons)}{more}.",
            string.Join(" ", remedies));
    }

    private static IReadOnlyList<JobFailure> Failures(ProcessResult child)
    {
        var report = child.OutputText.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        try
        {
            return JobRun.FromJson(report).Failures;
        }
        catch (JsonFormatException)
        {
            var said = Printable.Excerpt(child.Errors.Trim().Length > 0 ? child.Errors : child.OutputText);
            return [new JobFailure(null, "", $"PowerShell exited with {child.ExitCode} before the check completed: {said}")];
        }
    }

    private static string Remedy(JobFailure failure) => failure.ErrorId switch
    {
        "AtpSecretMissing" => "Store each host's secret in the vault with Set-AtpSecret; a job has no secret of this session.",
        "AtpVaultKeyInvalid" when KeychainKey.IsMarked => "A job may not reach the keychain. Let the vault use a key file: set "
            + $"{KeychainKey.Variable} to off and {AgentdomHome.Variable} to a new folder, and store secrets and tokens again.",
        "AtpVaultKeyInvalid" or "AtpVaultEntryDamaged" =>
            $"A job does not see {VaultKey.Variable}. Unset it, remove the vault's folder, and store secrets and tokens again.",
        "AtpVaultLocked" => "Use a vault that opens without a password, such as this module's own: -Vault Agentdom.",
        "AtpVaultNotFound" => "Register the vault for this user, and install its module where every session finds it.",
        _ when failure.Host is not null => $"Of this session's network settings a job gets only {JobEnvironment.Network}. "
            + "Set what the host needs and register again. If the host is only down now, use -SkipHostCheck.",
        _ => "Fix that and register again, or renew in this process with -Scheduler InProcess.",
    };
}
