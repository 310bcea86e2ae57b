# Imports another module, to measure beside. Writes an "import milliseconds" line.
param([string] $Name)
$watch = [Diagnostics.Stopwatch]::StartNew()
Import-Module $Name -ErrorAction Stop
"import $($watch.Elapsed.TotalMilliseconds)"
