# SecretManagement and SecretStore store their state below HOME. Each test gets a separate HOME and uses separate processes, so
# that the user's state is not changed.

Import-Module "$PSScriptRoot/Shell.psm1"

$repository = Split-Path (Split-Path $PSScriptRoot)

function New-ThrowawayHome {
    param([string] $Path, [hashtable] $Environment = @{})
    $null = New-Item $Path -ItemType Directory -Force
    $all = @{ HOME = $Path; AGENTDOM_HOME = Join-Path $Path 'agentdom'; NO_COLOR = '1'; POWERSHELL_TELEMETRY_OPTOUT = '1'
        PSModulePath = (Join-Path $repository 'out') + [IO.Path]::PathSeparator + $env:PSModulePath }
    foreach ($name in $Environment.Keys) { $all[$name] = $Environment[$name] }
    $all
}

# Starts pwsh with a script, without interactive input.
function Start-InHome {
    param([hashtable] $Environment, [string] $Script, [switch] $IdleInput)
    $start = New-ShellStart
    $start.ArgumentList.Add('-NoProfile')
    if (-not $IdleInput) { $start.ArgumentList.Add('-NonInteractive') }
    $start.ArgumentList.Add('-Command')
    $start.ArgumentList.Add("`$ErrorView = 'NormalView'; `$WarningPreference = 'SilentlyContinue'; Import-Module Agentdom; $Script")
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.RedirectStandardInput = [bool] $IdleInput
    foreach ($name in $Environment.Keys) {
        if ($null -eq $Environment[$name]) { $null = $start.Environment.Remove($name) }
        else { $start.Environment[$name] = [string] $Environment[$name] }
    }
    $process = [Diagnostics.Process]::Start($start)
    [pscustomobject]@{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync() }
}

# Waits for it and returns the lines of its output, or of its errors if there are any.
function Receive-FromHome {
    param($Running)
    $Running.Process.WaitForExit()
    $lines = $Running.Output.Result -split "`r?`n" | Where-Object { $_ }
    $problem = $Running.Errors.Result.Trim()
    if ($problem) { @($lines) + $problem } else { $lines }
}

function Invoke-InHome {
    param([hashtable] $Environment, [string] $Script, [switch] $IdleInput)
    Receive-FromHome (Start-InHome $Environment $Script -IdleInput:$IdleInput)
}

Export-ModuleMember -Function New-ThrowawayHome, Start-InHome, Receive-FromHome, Invoke-InHome
