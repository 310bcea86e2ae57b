#requires -Version 5.1
<#
.SYNOPSIS
    Builds, tests or installs the module: a thin front over dotnet and Pester.
.EXAMPLE
    ./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Install')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = $(if ($Task -eq 'Install') { 'Release' } else { 'Debug' })
)

$ErrorActionPreference = 'Stop'
$module = Join-Path $PSScriptRoot 'out/Agentdom'

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE." }
}

function Install-Built {
    $version = (Import-PowerShellDataFile (Join-Path $module 'Agentdom.psd1')).ModuleVersion
    $documents = [Environment]::GetFolderPath('MyDocuments')
    $modules = if ($PSVersionTable.PSEdition -eq 'Desktop') { Join-Path $documents 'WindowsPowerShell/Modules' }
    elseif ($IsWindows) { Join-Path $documents 'PowerShell/Modules' }
    else { Join-Path $HOME '.local/share/powershell/Modules' }
    $target = Join-Path $modules "Agentdom/$version"
    if (Test-Path $target) { Remove-Item $target -Recurse -Force }
    $null = New-Item $target -ItemType Directory -Force
    Copy-Item (Join-Path $module '*') $target -Recurse
    Write-Host "Installed Agentdom $version into $target."
}

Push-Location $PSScriptRoot
try {
    Invoke-DotNet build Agentdom.sln --configuration $Configuration
    if ($Task -eq 'Test') {
        Invoke-DotNet test --solution Agentdom.sln --no-build --configuration $Configuration
        # In a process of its own: this one may hold an older build of the module.
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot 'tests/Pester/Run.ps1')
        if ($LASTEXITCODE -ne 0) { throw 'The Pester suite failed.' }
    }
    if ($Task -eq 'Install') { Install-Built }
}
finally {
    Pop-Location
}
