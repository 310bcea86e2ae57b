<#
.SYNOPSIS
    Runs the Pester suite against out/Agentdom; exits 1 if a test failed.
.PARAMETER Path
    The files to run. The default is all.
.PARAMETER Pester
    The path of the Pester module. The default is the newest installed version.
.PARAMETER ResultPath
    The file for the results of all tests, as JSON.
.PARAMETER List
    Lists the tests without running them.
#>
param([string[]] $Path, [string] $Pester, [string] $ResultPath, [switch] $List)

$ErrorActionPreference = 'Stop'
if (-not $Pester) {
    $Pester = Get-Module Pester -ListAvailable | Where-Object Version -GE 5.0.0 | Sort-Object Version |
        Select-Object -Last 1 -ExpandProperty Path
}
if (-not $Pester) {
    Write-Host 'Pester 5 is missing, so its suite did not run. Install it with Install-PSResource Pester, or run dotnet test.'
    exit 1
}
Import-Module $Pester
Write-Host "Pester $((Get-Module Pester).Version) in PowerShell $($PSVersionTable.PSVersion)"

# The keys of the tests' temporary homes must not be stored in the user's keychain.
$env:AGENTDOM_KEYCHAIN = 'off'

# Tests read the output of their child processes, which must not contain a runner's mask commands.
$env:GITHUB_ACTIONS = $env:TF_BUILD = $null

$settings = New-PesterConfiguration
$settings.Run.Path = if ($Path) { $Path } else { $PSScriptRoot, (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'samples/runbooks') }
$settings.Run.PassThru = $true
$settings.Run.SkipRun = [bool] $List
$settings.Output.Verbosity = 'Detailed'
$settings.Output.CIFormat = 'None'
$result = Invoke-Pester -Configuration $settings
Write-Host "Pester: $($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped"

if ($ResultPath) {
    # A test in a block whose BeforeAll failed has no error of its own. A failed AfterAll or an unreadable file has no test.
    $broken = @($result.FailedBlocks) + @($result.FailedContainers) | Where-Object { $_.ErrorRecord }
    $inner = [regex]::Escape((Get-Module Pester).ModuleBase)
    $found = @($result.Tests) + @($broken) | ForEach-Object {
        $name = if ($_.ExpandedPath) { $_.ExpandedPath } else { "$($_.Item)" }
        $message = ($_.ErrorRecord | ForEach-Object {
            @($_.Exception.Message) + @($_.ScriptStackTrace -split "`n" | Where-Object { $_ -notmatch $inner })
        }) -join "`n"
        if (-not $message -and $_.Result -eq 'Failed') { $message = "$($_.Block.ErrorRecord)" }
        @{ Name = $name; Result = "$($_.Result)"; Milliseconds = $_.Duration.TotalMilliseconds; Message = $message }
    }
    [IO.File]::WriteAllText($ResultPath, (ConvertTo-Json @($found)))
}
exit [int]($result.Result -ne 'Passed')
