# The same flow as users write it by hand: no discovery, no checks, no vault, no retries. Writes "name milliseconds" lines.
param([string] $HostName, [int] $Calls, [int] $Bodies)
$ErrorActionPreference = 'Stop'

function Measure-Time([scriptblock] $Work) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = . $Work
    $watch.Elapsed.TotalMilliseconds
}

function Get-Signature($Body) {
    $json = $Body | ConvertTo-Json -Compress
    [Convert]::ToHexString($hmac.ComputeHash([Text.Encoding]::UTF8.GetBytes($json))).ToLowerInvariant()
}

function Request-Token {
    # In the order of the canonical form, and distinct, because no signature is accepted twice.
    $body = [ordered]@{
        agent_id = 'benchmark'; purpose = "benchmark $(($script:count++))"; scopes = @('data.read')
        timestamp = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds()
    }
    $signed = $body + @{ signature = Get-Signature $body }
    $json = $signed | ConvertTo-Json -Compress
    Invoke-RestMethod "http://$HostName/v1/agent-tokens" -Method Post -ContentType application/json -Body $json
}

$script:count = 0
$hmac = [Security.Cryptography.HMACSHA256]::new([Text.Encoding]::UTF8.GetBytes($env:AGENTDOM_ATP_SECRET))
"first-request $(Measure-Time { Request-Token })"
$null = 1..$Calls | ForEach-Object { Request-Token }
"warm-request $((Measure-Time { foreach ($i in 1..$Calls) { Request-Token } }) / $Calls)"
$body = foreach ($i in 0..$Bodies) {
    [ordered]@{ agent_id = 'benchmark'; purpose = 'benchmark'; scopes = @('data.read'); timestamp = 1795464527000 + $i }
}
$null = $body[0] | ForEach-Object { Get-Signature $_ }
$from = 1
foreach ($to in ($Bodies / 100), ($Bodies / 10), $Bodies) {
    $part = $body[$from..$to]
    "sign-$to $((Measure-Time { $part | ForEach-Object { Get-Signature $_ } }) / $part.Count)"
    $from = $to + 1
}
