# Starts another instance of the PowerShell that runs the tests. If that is a .NET tool, its process is dotnet.

$program = (Get-Process -Id $PID).Path
$first = @(if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })

function Invoke-Shell { & $program @first @args }

# For callers that add arguments, environment variables or pipes and start it themselves.
function New-ShellStart {
    $start = [Diagnostics.ProcessStartInfo]::new($program)
    foreach ($word in $first) { $start.ArgumentList.Add($word) }
    $start
}

Export-ModuleMember -Function Invoke-Shell, New-ShellStart
