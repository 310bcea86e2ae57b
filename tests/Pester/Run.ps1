# Runs the Pester suite against out/Agentdom; exits 1 where a test failed. build.ps1 and .ci/run call it.
$ErrorActionPreference = 'Stop'
# PESTER_VERSION chooses among several: 5, or 6.2.0.
$pester = Get-Module Pester -ListAvailable |
    Where-Object { $_.Version -ge '5.0.0' -and (-not $env:PESTER_VERSION -or "$($_.Version)." -like "$env:PESTER_VERSION.*") } |
    Sort-Object Version | Select-Object -Last 1
if (-not $pester) {
    Write-Host 'Pester 5 or later, or the one that PESTER_VERSION names, is missing, so its suite did not run. Install it with Install-PSResource Pester.'
    exit 1
}
Import-Module $pester.Path

# Homes of tests come and go; their keys must not stay in the user's keychain.
$env:AGENTDOM_KEYCHAIN = 'off'

# Tests read what their child processes write, and a runner's mask commands would stand among it.
$env:GITHUB_ACTIONS = $env:TF_BUILD = $null

$settings = New-PesterConfiguration
$settings.Run.Path = $PSScriptRoot, (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'samples/runbooks')
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'Detailed'
$settings.Output.CIFormat = 'None'
$result = Invoke-Pester -Configuration $settings
Write-Host "Pester: $($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped"
exit [int]($result.Result -ne 'Passed')
