using System.Globalization;

namespace Agentdom.Jobs;

/// <summary>
/// The script that the job runs. It contains the settings of the registering session that select the tokens and lead to their
/// hosts, but no secrets. The job must find those in the vault.
/// </summary>
/// <param name="module">The path to import: the module's manifest, or the folder that contains its versions.</param>
/// <param name="vault">The vault's name.</param>
/// <param name="interval">The time between two runs. Tokens that expire within two intervals are renewed.</param>
internal sealed class RefreshScript(string module, string vault, TimeSpan interval)
{
    /// <summary>The vault key's environment variable, which is not copied into the script.</summary>
    public const string VaultKeyVariable = VaultKey.Variable;

    /// <summary>
    /// For a separate process: sets the environment first, and writes the outcome to the job's folder. If something fails, it
    /// writes one line for each failure to standard error and exits with 1, so that the scheduler knows.
    /// </summary>
    public string ForScheduler() => $$"""
        # Managed by Register-AtpRefreshJob. Remove it with Unregister-AtpRefreshJob. With -Check it only checks that the job can run,
        # and with -SkipHostCheck without asking any host.
        param([switch] $Check, [switch] $SkipHostCheck)

        {{string.Join("\n", JobEnvironment.Assignments())}}
        $env:PSModulePath += [IO.Path]::PathSeparator + {{Quoted(Environment.GetEnvironmentVariable("PSModulePath") ?? "")}}

        {{Body}}
        if ($Check) { $report; return }

        $path = {{Quoted(JobFolder.LastRun)}}
        $temporary = "$path.$PID.tmp"
        try {
            [IO.File]::WriteAllText($temporary, $report)
            Move-Item -LiteralPath $temporary -Destination $path -Force
        }
        catch {
            $failed += Get-Failure $_
        }
        foreach ($failure in $failed) { [Console]::Error.WriteLine('Agentdom: ' + ($failure.Message -replace '[\s\p{Cc}]+', ' ')) }
        if ($failed) { exit 1 }

        """.Replace("\r\n", "\n");

    /// <summary>For a runspace in this process, which has the environment. Its output is the outcome.</summary>
    public string ForRunspace() => $"$Check = $false\n{Body}\n$report\n";

    private string Body => $$"""
        $ErrorActionPreference = 'Stop'
        $ProgressPreference = $WarningPreference = 'SilentlyContinue'
        $started = [DateTime]::UtcNow
        $vault = {{Quoted(vault)}}
        $renewed = @()
        $failed = @()

        # ASCII only, so that the console's encoding cannot change it.
        function Format-Text($text) {
            '"' + [regex]::Replace($text, '[^ !#-\[\]-~]', { '\u{0:x4}' -f [int] $args[0].Value[0] }) + '"'
        }
        function Format-Failure($failure) {
            '{"host":' + (Format-Text $failure.Host) + ',"id":' + (Format-Text $failure.ErrorId) +
                ',"message":' + (Format-Text $failure.Message) + '}'
        }
        function Get-Failure($record) {
            $id = $record.FullyQualifiedErrorId.Split(',')[0]
            @{ Host = $(if ($id -like 'Atp*') { $record.TargetObject }); ErrorId = $id; Message = $record.Exception.Message }
        }

        try {
            Import-Module {{Quoted(module)}}
            if ($Check) {
                $failed = @([Agentdom.RefreshCheck]::Run($vault, -not $SkipHostCheck))
            }
            else {
                $validity = [timespan]::FromMinutes({{(2 * interval.TotalMinutes).ToString(CultureInfo.InvariantCulture)}})
                $renewed = @(Update-AtpToken -All -Strict -Vault $vault -MinimumValidity $validity `
                    -ErrorAction SilentlyContinue -ErrorVariable errors)
                $failed = @($errors | ForEach-Object { Get-Failure $_ })
            }
        }
        catch {
            $failed += Get-Failure $_
        }

        $outcome = if (-not $failed) { 'Succeeded' } elseif ($renewed) { 'PartlyFailed' } else { 'Failed' }
        $report = '{"started":' + (Format-Text $started.ToString('o')) +
            ',"finished":' + (Format-Text ([DateTime]::UtcNow.ToString('o'))) +
            ',"outcome":' + (Format-Text $outcome) +
            ',"renewed":' + $renewed.Count +
            ',"failed":[' + (@($failed | ForEach-Object { Format-Failure $_ }) -join ',') + ']}'
        """.Replace("\r\n", "\n");

    private static string Quoted(string text) => CommandText.ForPowerShell(text);
}
