#requires -Version 5.1
<#
.SYNOPSIS
    Builds, tests, packs or installs the module. A thin wrapper around dotnet.
.PARAMETER NoBuild
    Tests, packs or installs the last build without building again.
.PARAMETER Path
    The folder for modules to install into. Without it, that of the user.
.EXAMPLE
    ./build.ps1 -Task Test
.EXAMPLE
    ./build.ps1 -Task Package
    Creates the module folder out/Agentdom for Publish-PSResource, and the NuGet packages in out/packages.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package', 'Install')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = $(if ($Task -in 'Package', 'Install') { 'Release' } else { 'Debug' }),

    [switch] $NoBuild,

    [string] $Path
)

$ErrorActionPreference = 'Stop'
$module = Join-Path $PSScriptRoot 'out/Agentdom'
$packages = Join-Path $PSScriptRoot 'out/packages'
# Without it the assemblies would contain the path of the build folder.
$reproducible = '-p:ContinuousIntegrationBuild=true'

function Invoke-DotNet([string[]] $Words) {
    & dotnet @Words
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($Words[0]) failed with exit code $LASTEXITCODE." }
}

function Get-SizeText([string] $Path) {
    $bytes = (Get-ChildItem $Path -Recurse -File | Measure-Object Length -Sum).Sum
    '{0}: {1:n0} KB' -f $Path, ($bytes / 1KB)
}

function Export-Package {
    if (Test-Path $packages) { Remove-Item $packages -Recurse -Force }
    $options = @('--configuration', $Configuration, '--output', $packages) + $(if ($NoBuild) { '--no-build' } else { $reproducible })
    $libraries = 'Agentdom.Protocol', 'Agentdom.Client', 'Agentdom.Issuer', 'Agentdom.AspNetCore',
        'Agentdom.AspNetCore.Sqlite', 'Agentdom.AspNetCore.Redis', 'Agentdom.AspNetCore.EntityFrameworkCore',
        'Agentdom.AspNetCore.OpenApi', 'Agentdom.Extensions.Http'
    foreach ($library in $libraries) {
        Invoke-DotNet (@('pack', "src/$library") + $options)
    }
    $null = Test-ModuleManifest (Join-Path $module 'Agentdom.psd1')
    Get-SizeText $module
    Get-ChildItem $packages -Filter *.nupkg | ForEach-Object { Get-SizeText $_.FullName }
}

function Get-UserModulePath {
    $documents = [Environment]::GetFolderPath('MyDocuments')
    if ($PSVersionTable.PSEdition -eq 'Desktop') { Join-Path $documents 'WindowsPowerShell/Modules' }
    elseif ($IsWindows) { Join-Path $documents 'PowerShell/Modules' }
    elseif ($env:XDG_DATA_HOME) { Join-Path $env:XDG_DATA_HOME 'powershell/Modules' }
    else { Join-Path $HOME '.local/share/powershell/Modules' }
}

function Install-Built([string] $Folder) {
    $version = (Import-PowerShellDataFile (Join-Path $module 'Agentdom.psd1')).ModuleVersion
    $target = Join-Path $Folder "Agentdom/$version"

    # Installed completely or not at all: on Windows files cannot be replaced while a session uses the module.
    $new, $old = foreach ($kind in 'new', 'old') { Join-Path $Folder "Agentdom/.$kind-$([guid]::NewGuid().ToString('N'))" }
    $null = New-Item $new -ItemType Directory -Force
    try {
        Copy-Item (Join-Path $module '*') $new -Recurse
        if (Test-Path $target) {
            try { Move-Item $target $old }
            catch { throw "Agentdom $version is in use and was not changed. Close the sessions that imported it and install again. ($_)" }
        }
        try { Move-Item $new $target }
        catch {
            if (Test-Path $old) { Move-Item $old $target }
            throw
        }
    }
    finally {
        $new, $old | Where-Object { Test-Path $_ } | Remove-Item -Recurse -Force
    }

    "Installed Agentdom $version into $target. Sessions that have imported it before need a restart."
    $paths = $env:PSModulePath -split [IO.Path]::PathSeparator | ForEach-Object { $_.TrimEnd('/', '\') }
    if ($paths -notcontains $Folder) {
        Write-Warning "PSModulePath does not contain $Folder, so Import-Module will not find the module by its name."
    }
}

Push-Location $PSScriptRoot
try {
    if (-not $NoBuild) {
        if ($Task -in 'Package', 'Install') { Invoke-DotNet 'build', 'src/Agentdom', '--configuration', $Configuration, $reproducible }
        else { Invoke-DotNet 'build', 'Agentdom.sln', '--configuration', $Configuration }
    }
    if ($Task -eq 'Test') { Invoke-DotNet 'test', '--solution', 'Agentdom.sln', '--no-build', '--configuration', $Configuration }
    if ($Task -eq 'Package') { Export-Package }
    if ($Task -eq 'Install') { Install-Built $(if ($Path) { $Path } else { Get-UserModulePath }) }
}
finally {
    Pop-Location
}
