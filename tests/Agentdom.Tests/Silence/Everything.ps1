# Runs every cmdlet of the module with all streams enabled, both failing and succeeding, and writes all visible output to one
# folder. SilenceTests.cs starts it and searches the folder. The secrets come from files elsewhere, so that no command line
# contains them.
param([string] $Module, [string] $Known, [string] $Out, [string] $Issuer, [string] $Echo, [string] $Nobody)

$ErrorActionPreference = $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
$null = Start-Transcript "$Out/transcript.txt" -IncludeInvocationHeader
Import-Module $Module, "$PSScriptRoot/../../Pester/Shell.psm1" -Verbose:$false -Debug:$false

$plain, $canary = [IO.File]::ReadAllLines("$Known/secrets")[1, 2]
$secret, $wrong = [IO.File]::ReadAllLines("$Known/secrets")[0, 1] | ForEach-Object { ConvertTo-SecureString $_ -AsPlainText -Force }

# All properties of an object, recursively, except the content of SecureStrings and objects that describe code.
function Show-Deep($Object, [int] $Depth = 0, $Seen = [Collections.Generic.HashSet[object]]::new([Collections.Generic.ReferenceEqualityComparer]::Instance)) {
    if ($null -eq $Object -or $Depth -gt 8 -or $Object -is [securestring]) { return }
    if ($Object -is [string] -or $Object.GetType().IsPrimitive) { return "$Object" }
    if ($Object -is [Reflection.MemberInfo] -or $Object -is [Reflection.Assembly] -or $Object -is [Reflection.Module] -or
        $Object -is [scriptblock] -or $Object -is [Management.Automation.CommandInfo] -or $Object -is [psmoduleinfo] -or
        -not $Seen.Add($Object)) { return }
    "$Object"
    if ($Object -is [Collections.IDictionary]) { foreach ($key in @($Object.Keys)) { "$key"; Show-Deep $Object[$key] ($Depth + 1) $Seen } }
    elseif ($Object -is [Collections.IEnumerable]) { foreach ($item in $Object) { Show-Deep $item ($Depth + 1) $Seen } }
    foreach ($property in $Object.psobject.Properties) {
        $value = try { $property.Value } catch { $null }
        Show-Deep $value ($Depth + 1) $Seen
    }
}

$number = 0
# Runs a call. The expected outcome is an error id, or nothing. Its output goes to the transcript too.
function Invoke-Case([string] $Expected, [scriptblock] $Call) {
    $script:number++
    $said = [Collections.Generic.List[object]]::new()
    $Error.Clear()
    try { & $Call *>&1 | ForEach-Object { $said.Add($_); $_ } | Out-Default }
    catch { $said.Add($_); $_ | Out-Default }
    $failures = @(@($said) + @($Error) | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    $said | ForEach-Object { $_; $_ | Format-List * -Force; Show-Deep $_ } | Out-String -Width 4000 | Set-Content "$Out/said-$number.txt"
    if ($failures) {
        $failures | ForEach-Object { Show-Deep $_; Show-Deep $_.Exception } | Set-Content "$Out/errors-$number.txt"
        $failures | Get-Error | Out-Default
        $failures | Export-Clixml "$Out/errors-$number.xml" -Depth 4
    }
    $names = $Call.Ast.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() }
    $actual = if ($failures) { ($failures[0].FullyQualifiedErrorId -split ',')[0] } else { '' }
    "$($names -join ' ')|$Expected|$actual" | Add-Content "$Known/cases"
}

# A canary in each place proves that the search finds output there.
Invoke-Case 'Planted' {
    Write-Verbose "verbose $canary"
    $outer = [Exception]::new('outer', [InvalidOperationException]::new("inner $canary"))
    $target = @{ deep = @{ deeper = "target $canary" } }
    Write-Error -ErrorRecord ([Management.Automation.ErrorRecord]::new($outer, 'Planted', 'NotSpecified', $target))
}

# With -Debug, warnings and cmdlets that change something would prompt, and there is nobody to answer.
$all = @{ Verbose = $true; Debug = $true; WarningAction = 'Continue' }
$sure = $all + @{ Confirm = $false }
Invoke-Case '' { Get-AgentId @all }
$env:AGENTDOM_AGENT_ID = 'x' * 300
Invoke-Case 'AtpAgentIdInvalid' { Get-AgentId @all }
$env:AGENTDOM_AGENT_ID = $null
Invoke-Case '' { New-AtpSecret @all }
Invoke-Case 'NamedParameterNotFound' { New-AtpSecret @all -NoSuch 1 }
Invoke-Case '' { Get-AtpManifest $Issuer @all }
Invoke-Case 'AtpHostUnreachable' { Get-AtpManifest $Nobody @all -TimeoutSec 20 }

Invoke-Case 'AtpSecretMissing' { Request-AtpToken $Issuer data.read @all }
Invoke-Case 'AtpPlainTextRefused' { Set-AtpSecret $Issuer $plain @sure }
Invoke-Case 'AtpPlainTextRefused' { $plain | Set-AtpSecret $Issuer @sure }
Invoke-Case '' { Set-AtpSecret $Issuer $secret @sure }
Invoke-Case '' { Set-AtpSecret $Echo $secret @sure }
Invoke-Case '' { Get-AtpSecret @all }
Invoke-Case 'AtpVaultNotFound' { Get-AtpSecret -Vault no-such-vault @all }
Invoke-Case '' { New-AtpSignature @{ a = 1 } $secret @all | ForEach-Object Canonical }
Invoke-Case 'AtpBodyInvalid' { New-AtpSignature '{"a":1,"a":2}' $secret @all }
Invoke-Case '' { Test-AtpSignature @{ a = 1 } ('0' * 64) $secret @all }
Invoke-Case 'AtpBodyInvalid' { Test-AtpSignature '{"a":1,"a":2}' '' $secret @all }

Invoke-Case '' { Request-AtpToken $Issuer data.read -Purpose silence @all }
Invoke-Case 'AtpSignatureRefused' { Request-AtpToken $Issuer data.read -Secret $wrong @all }
Invoke-Case 'AtpPlainTextRefused' { Request-AtpToken $Issuer data.read -Secret $plain @all }
Invoke-Case 'AtpScopeDenied' { Request-AtpToken $Issuer data.erase @all }
Invoke-Case 'AtpHostUnreachable' { Request-AtpToken $Nobody data.read -Secret $secret @all }
Invoke-Case 'AtpVaultNotFound' { Request-AtpToken $Issuer data.read -Vault no-such-vault @all }
$token = Get-AtpToken $Issuer
Invoke-Case '' { Get-AtpToken $Issuer @all }
Invoke-Case '' { Get-AtpToken @all }
Invoke-Case 'AtpTokenExpired' { Get-AtpToken $Issuer -MinimumValidity 05:00 @all }
Invoke-Case '' { Get-AtpToken $Issuer data.read -RequestIfMissing @all }
Invoke-Case '' { Invoke-AtpRestMethod "http://$Issuer/data" -Scope data.read @all }
Invoke-Case 'WebCmdletWebResponseException' { Invoke-AtpRestMethod "http://$Issuer/nothing" @all }
Invoke-Case '' { Invoke-AtpWebRequest "http://$Issuer/data" -SessionVariable web @all; $web }
Invoke-Case 'WebCmdletWebResponseException' { Invoke-AtpWebRequest "http://$Issuer/nothing" @all }
Invoke-Case 'AtpPlainTextRefused' { Invoke-AtpRestMethod "http://$Issuer/data" -Secret $plain @all }
Invoke-Case '' { Test-AtpToken $Issuer @all }
Invoke-Case '' { Test-AtpToken $Issuer -Token $token.AccessToken @all }
Invoke-Case '' { Update-AtpToken $Issuer -Force @all }
Invoke-Case '' { ConvertFrom-AtpToken $token -Secret $secret @all }
Invoke-Case 'AtpTokenInvalid' { ConvertFrom-AtpToken $token -Secret $wrong @all }
Invoke-Case 'AtpPlainTextRefused' { ConvertFrom-AtpToken $plain @all }
Invoke-Case 'AtpPlainTextRefused' { $plain | ConvertFrom-AtpToken @all }
Invoke-Case 'AtpPlainTextRefused' { Test-AtpToken $Issuer -Token @{ token = $plain } @all }

# An issuer that echoes its requests and the secret in every part of its answers.
foreach ($way in 'description', 'text', 'envelope', 'header', 'line', 'status') {
    Invoke-Case '' { Request-AtpToken $Echo data.read -Endpoint "http://$Echo/$way" @all }
    Invoke-Case '*' { Update-AtpToken $Echo -Force @all -TimeoutSec 5 }
    Invoke-Case '*' { Get-AtpToken $Echo -MinimumValidity 05:00 @all -TimeoutSec 5 }
    Invoke-Case '*' { Test-AtpToken $Echo @all -TimeoutSec 5 }
    Invoke-Case '' { Revoke-AtpToken $Echo @sure -TimeoutSec 5 }
}

# Jobs.
$schedulers = @('InProcess') + @(if (Get-Command crontab -CommandType Application -ErrorAction Ignore) { 'Cron' })
Invoke-Case 'AtpIntervalInvalid' { Register-AtpRefreshJob 00:00:10 -Scheduler InProcess @sure }
Invoke-Case 'NamedParameterNotFound' { Get-AtpRefreshJob -NoSuch 1 }
foreach ($scheduler in $schedulers) {
    Invoke-Case '' { Register-AtpRefreshJob -Scheduler $scheduler @sure }
    Invoke-Case '' { Get-AtpRefreshJob @all }
    if ($scheduler -eq 'Cron') {
        Invoke-Shell -NoProfile -NonInteractive -File "$env:AGENTDOM_HOME/jobs/refresh.ps1" *> "$Out/job.txt"
        crontab -l > "$Out/crontab.txt"
        Copy-Item "$env:AGENTDOM_HOME/jobs" "$Out/jobs" -Recurse
    }
    Invoke-Case '' { Unregister-AtpRefreshJob @sure }
}
Invoke-Case 'AtpJobNotFound' { Unregister-AtpRefreshJob @sure }

# The server in the session. Only this process has its secret and token.
Invoke-Case '' { $script:server = Start-AtpServer @all; $script:server }
Invoke-Case 'AtpServerRunning' { Start-AtpServer @all }
Invoke-Case 'AtpPlainTextRefused' { Start-AtpServer -Secret $plain @all }
Invoke-Case '' { Request-AtpToken $server.Host data.read @all }
foreach ($value in $server.Secret, (Get-AtpToken $server.Host).AccessToken) {
    [pscredential]::new('x', $value).GetNetworkCredential().Password | Add-Content "$Known/more"
}
Invoke-Case '' { Revoke-AtpToken $server.Host @sure }
Invoke-Case '' { Stop-AtpServer @all }
Invoke-Case 'NamedParameterNotFound' { Stop-AtpServer -NoSuch 1 }

# A locked vault and a damaged one.
if (Get-Module Microsoft.PowerShell.SecretStore -ListAvailable) {
    # In a separate process, because it would be unlocked in this one.
    Invoke-Shell -NoProfile -NonInteractive -Command (
        'Set-SecretStoreConfiguration -Authentication Password -Interaction None -Confirm:$false ' +
        '-Password (ConvertTo-SecureString pw -AsPlainText -Force)')
    # In this process, because SecretManagement reads its list of vaults only once.
    Register-SecretVault -Name Store -ModuleName Microsoft.PowerShell.SecretStore -Verbose:$false -Debug:$false
    Invoke-Case 'AtpVaultLocked' { Request-AtpToken $Issuer data.read -Vault Store -Secret $secret @all }
    Invoke-Case 'AtpVaultLocked' { Get-AtpToken $Issuer -Vault Store @all }
}
foreach ($file in Get-ChildItem "$env:AGENTDOM_HOME/vault" -Filter *.secret) {
    $bytes = [IO.File]::ReadAllBytes($file)
    $bytes[-1] = $bytes[-1] -bxor 1
    [IO.File]::WriteAllBytes("$file.good", [IO.File]::ReadAllBytes($file))
    [IO.File]::WriteAllBytes($file, $bytes)
}
Invoke-Case 'AtpVaultEntryDamaged' { Get-AtpToken $Issuer @all -Vault Agentdom }
Invoke-Case '' { Revoke-AtpToken $Issuer data.read @sure -Vault Agentdom }
Invoke-Case 'AtpTokenNotFound' { Revoke-AtpToken -EntryName agentdom-probe @sure -Vault Agentdom }
Invoke-Case 'AtpVaultEntryDamaged' { Request-AtpToken $Issuer data.write @all -Vault Agentdom }
foreach ($file in Get-ChildItem "$env:AGENTDOM_HOME/vault" -Filter *.good) { Move-Item $file ($file -replace '\.good$') -Force }

Invoke-Case '' { Revoke-AtpToken $Issuer @sure -Vault Agentdom }
Invoke-Case '' { Remove-AtpSecret $Issuer @sure -Vault Agentdom }
Invoke-Case 'AtpSecretMissing' { Remove-AtpSecret $Issuer @sure -Vault Agentdom }

(Get-Module Agentdom).ExportedCmdlets.Keys | Set-Content "$Known/exported"
$null = Stop-Transcript
