# Imports a module. Writes an "import milliseconds" line.
param([string] $Manifest)
$watch = [Diagnostics.Stopwatch]::StartNew()
Import-Module $Manifest -ErrorAction Stop
"import $($watch.Elapsed.TotalMilliseconds)"
