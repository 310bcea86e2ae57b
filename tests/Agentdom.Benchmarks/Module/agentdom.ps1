# A typical script with the module. Writes "name milliseconds" lines.
param([string] $Manifest, [string] $HostName, [int] $Calls, [int] $Bodies)
$ErrorActionPreference = 'Stop'

function Measure-Time([scriptblock] $Work) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = . $Work
    $watch.Elapsed.TotalMilliseconds
}

Import-Module $Manifest
"first-request $(Measure-Time { Request-AtpToken $HostName -Scope data.read -Purpose benchmark -NoPersist })"
# Warm-up, so that the calls below run compiled code, as in a script that has run for a while.
$null = 1..$Calls | ForEach-Object { Request-AtpToken $HostName -Scope data.read -Purpose benchmark -NoPersist }
$milliseconds = Measure-Time {
    foreach ($i in 1..$Calls) { Request-AtpToken $HostName -Scope data.read -Purpose benchmark -NoPersist }
}
"warm-request $($milliseconds / $Calls)"
$null = Request-AtpToken $HostName -Scope data.read -Purpose benchmark
$null = 1..$Calls | ForEach-Object { Get-AtpToken $HostName -Scope data.read }
"warm-get $((Measure-Time { foreach ($i in 1..$Calls) { Get-AtpToken $HostName -Scope data.read } }) / $Calls)"
# The runtime recompiles what is used often, so later bodies are faster. The first one loads what signing needs.
$body = foreach ($i in 0..$Bodies) {
    @{ agent_id = 'benchmark'; scopes = @('data.read'); purpose = 'benchmark'; timestamp = 1795464527000 + $i }
}
$null = $body[0] | New-AtpSignature
$from = 1
foreach ($to in ($Bodies / 100), ($Bodies / 10), $Bodies) {
    $part = $body[$from..$to]
    "sign-$to $((Measure-Time { $part | New-AtpSignature }) / $part.Count)"
    $from = $to + 1
}
# What no cmdlet can do in less.
"pipeline $((Measure-Time { $part | Write-Output }) / $part.Count)"
