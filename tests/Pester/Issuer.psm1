# Starts and stops the sample issuer as a separate process, for tests that need a real one.

function Start-TestIssuer {
    param([hashtable] $Settings = @{}, [int] $Port)

    $repository = Split-Path (Split-Path $PSScriptRoot)
    $program = Get-ChildItem (Join-Path $repository 'samples/Issuer/bin') -Recurse -Filter Issuer.dll -ErrorAction Ignore |
        Sort-Object LastWriteTime | Select-Object -Last 1
    if (-not $program) { throw 'The sample issuer has not been built. Run ./build.ps1 -Task Build first.' }
    $start = [Diagnostics.ProcessStartInfo]::new('dotnet', "`"$($program.FullName)`" --urls http://127.0.0.1:$Port")
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $secret = 'pester-secret-' + [guid]::NewGuid().ToString('N')
    $start.EnvironmentVariables['ATP_SECRET'] = $secret
    foreach ($name in $Settings.Keys) { $start.EnvironmentVariables[$name] = [string] $Settings[$name] }

    $process = [Diagnostics.Process]::Start($start)
    do {
        $line = $process.StandardOutput.ReadLine()
        if ($null -eq $line) { throw 'The sample issuer exited before it listened.' }
    } until ($line -match 'Now listening on: http://(\S+)')
    # Reads and discards the rest, because a full pipe would block the issuer.
    $null = $process.StandardOutput.ReadToEndAsync()
    [pscustomobject]@{ Name = $Matches[1]; Secret = $secret; Process = $process }
}

function Stop-TestIssuer {
    param($Issuer)
    if ($Issuer -and -not $Issuer.Process.HasExited) {
        $Issuer.Process.Kill()
        $Issuer.Process.WaitForExit()
    }
}

Export-ModuleMember -Function Start-TestIssuer, Stop-TestIssuer
