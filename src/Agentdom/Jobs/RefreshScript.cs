using System.Globalization;

namespace Agentdom.Jobs;

/// <summary>
/// The script that the job runs. It contains the settings of the registering session that select the tokens, but no secrets.
/// The job must find those in the vault.
/// </summary>
/// <param name="module">The path to import: the module's manifest, or the folder that contains its versions.</param>
/// <param name="vault">The vault's name.</param>
/// <param name="interval">The time between two runs. Tokens that expire within two intervals are renewed.</param>
internal sealed class RefreshScript(string module, string vault, TimeSpan interval)
{
    /// <summary>The vault key's environment variable, which is not copied into the script.</summary>
    public const string VaultKeyVariable = VaultKey.Variable;

    private static readonly string[] s_variables = [AgentdomHome.Variable, AgentId.Variable, .. UserFolders.Variables];

    /// <summary>For a separate process: sets the environment first, and writes the outcome to the job's folder.</summary>
    public string ForScheduler() => $$"""
        # Managed by Register-AtpRefreshJob. Remove it with Unregister-AtpRefreshJob. With -Check it only checks that the job can run.
        param([switch] $Check)

        {{string.Join("\n", s_variables.Select(Assignment))}}
        $env:PSModulePath += [IO.Path]::PathSeparator + {{Quoted(Environment.GetEnvironmentVariable("PSModulePath") ?? "")}}

        {{Body}}
        if ($Check) { $report; return }

        $path = {{Quoted(JobFolder.LastRun)}}
        $temporary = "$path.$PID.tmp"
        [IO.File]::WriteAllText($temporary, $report)
        Move-Item -LiteralPath $temporary -Destination $path -Force

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
        function Format-Failure($about, $id, $message) {
            '{"host":' + (Format-Text $about) + ',"id":' + (Format-Text $id) + ',"message":' + (Format-Text $message) + '}'
        }
        function Format-Error($record) {
            $id = $record.FullyQualifiedErrorId.Split(',')[0]
            Format-Failure $(if ($id -like 'Atp*') { $record.TargetObject }) $id $record.Exception.Message
        }

        try {
            Import-Module {{Quoted(module)}}
            if ($Check) {
                $failed = @([Agentdom.RefreshCheck]::Run($vault) | ForEach-Object { Format-Failure $_.Host $_.ErrorId $_.Message })
            }
            else {
                $validity = [timespan]::FromMinutes({{(2 * interval.TotalMinutes).ToString(CultureInfo.InvariantCulture)}})
                $renewed = @(Update-AtpToken -All -Strict -Vault $vault -MinimumValidity $validity `
                    -ErrorAction SilentlyContinue -ErrorVariable errors)
                $failed = @($errors | ForEach-Object { Format-Error $_ })
            }
        }
        catch {
            $failed += Format-Error $_
        }

        $outcome = if (-not $failed) { 'Succeeded' } elseif ($renewed) { 'PartlyFailed' } else { 'Failed' }
        $report = '{"started":' + (Format-Text $started.ToString('o')) +
            ',"finished":' + (Format-Text ([DateTime]::UtcNow.ToString('o'))) +
            ',"outcome":' + (Format-Text $outcome) +
            ',"renewed":' + $renewed.Count +
            ',"failed":[' + ($failed -join ',') + ']}'
        """.Replace("\r\n", "\n");

    private static string Assignment(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrEmpty(value)) return $"$env:{name} = $null";
        return $"$env:{name} = {Quoted(name == AgentdomHome.Variable ? AgentdomHome.Moved! : value!)}";
    }

    private static string Quoted(string text) => CommandText.ForPowerShell(text);
}
