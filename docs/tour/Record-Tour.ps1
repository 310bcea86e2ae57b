#requires -Version 7.4
<#
.SYNOPSIS
    Runs the five minutes of the README in this process, and draws them as the animated tour.svg.
.DESCRIPTION
    Takes the lines from the README, so they cannot differ. What the picture shows below a line is what it wrote, after the time
    that it took, or after 1.5 seconds if it took longer. The typing has a speed of its own. Build the module first, and use a new pwsh.

    The token and the secret are stored in a temporary folder. The job is a real one for some seconds. If you have one of your
    own, nothing is done.
.PARAMETER OutFile
    The file to write.
.EXAMPLE
    pwsh -NoProfile -File docs/tour/Record-Tour.ps1
#>
[CmdletBinding()]
param([string] $OutFile = (Join-Path $PSScriptRoot 'tour.svg'))

$ErrorActionPreference = 'Stop'
$columns, $columnWidth, $lineHeight = 102, 8.43, 20
$secondsPerCharacter, $pause, $longestWait = 0.025, 0.4, 1.5
$prompt = 'PS> '
$colors = @{ '31' = 'red'; '32' = 'green'; '33' = 'yellow'; '36' = 'cyan'; '91' = 'red'; '92' = 'green'; '93' = 'yellow'; '96' = 'cyan' }
$repository = Split-Path (Split-Path $PSScriptRoot)

function Read-Tour {
    $section = (Get-Content (Join-Path $repository 'README.md') -Raw) -replace '(?s).*\n## Five minutes\r?\n(.*?)\n## .*', '$1'
    foreach ($block in [regex]::Matches($section, '(?s)```powershell\r?\n(.*?)```')) {
        $block.Groups[1].Value.Trim() -split '\r?\n'
        ''
    }
}

function ConvertTo-Span([string] $Text, [string[]] $Class) {
    $escaped = [Security.SecurityElement]::Escape($Text)
    if ($Class) { "<tspan class=""$Class"">$escaped</tspan>" } else { $escaped }
}

# Converts the colors of a terminal.
function ConvertFrom-Ansi([string] $Line) {
    $bold = $color = $null
    $spans = foreach ($part in [regex]::Matches($Line, '\e\[(?<codes>[\d;]*)m|(?<text>[^\e]+)')) {
        if ($part.Groups['text'].Success) {
            ConvertTo-Span $part.Value @($bold, $color | Where-Object { $_ })
            continue
        }
        foreach ($code in $part.Groups['codes'].Value -split ';') {
            if ($code -in '', '0') { $bold = $color = $null }
            elseif ($code -eq '1') { $bold = 'bold' }
            elseif ($colors[$code]) { $color = $colors[$code] }
        }
    }
    -join $spans
}

function Add-Line([string] $Spans, [double] $Typing) {
    $script:y += $lineHeight
    $x = 16
    if ($Typing) {
        # The prompt is there at once. Only what follows is typed.
        $shown = "x=""$x"" y=""$script:y"" style=""animation-delay:$([Math]::Round($script:now, 2))s"""
        $script:drawn += "<text $shown>$(ConvertTo-Span $prompt 'gray')</text>"
        $x += $prompt.Length * $columnWidth
    }
    # Numbers in a string have a point in every culture.
    $style = "animation-delay:$([Math]::Round($script:now, 2))s"
    $class = ''
    if ($Typing) {
        $style += ";animation-duration:1ms,$([Math]::Round($Typing, 2))s"
        $class = ' class="typed"'
    }
    $script:drawn += "<text$class x=""$x"" y=""$script:y"" style=""$style"">$Spans</text>"
    $script:now += $Typing
}

$lines = @(Read-Tour)
$settings = @{
    AGENTDOM_HOME = Join-Path ([IO.Path]::GetTempPath()) "agentdom-tour-$([guid]::NewGuid().ToString('N'))"
    AGENTDOM_VAULT = 'Agentdom'; AGENTDOM_KEYCHAIN = 'off'; AGENTDOM_AGENT_ID = 'tour'; AGENTDOM_ATP_SECRET = ''; AGENTDOM_VAULT_KEY = ''
    PSModulePath = (Join-Path $repository 'out') + [IO.Path]::PathSeparator + $env:PSModulePath
}
$kept = @{}
foreach ($name in $settings.Keys) {
    $kept[$name] = [Environment]::GetEnvironmentVariable($name)
    [Environment]::SetEnvironmentVariable($name, $settings[$name])
}
$rendering, $PSStyle.OutputRendering = $PSStyle.OutputRendering, 'Ansi'
$drawn, $y, $now, $isMine = @(), 36, 0.5, $false
try {
    Import-Module Agentdom
    if (Get-AtpRefreshJob) { throw 'You have a refresh job, which this would replace. Unregister-AtpRefreshJob removes it.' }
    $isMine = $true
    foreach ($line in $lines) {
        if (-not $line) { $y += $lineHeight / 2; continue }
        if ($line.StartsWith('#')) {
            Add-Line (ConvertTo-Span $line 'gray')
            $now += $pause
            continue
        }
        Add-Line (ConvertTo-Span $line) ($line.Length * $secondsPerCharacter)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        # Not in a scope of its own, because later lines use its variables.
        $written = . ([scriptblock]::Create($line)) *>&1 | Out-String -Stream -Width $columns
        $now += [Math]::Min($watch.Elapsed.TotalSeconds, $longestWait)
        foreach ($text in $written) { if ($text -replace '\e\[[\d;]*m' -match '\S') { Add-Line (ConvertFrom-Ansi $text.TrimEnd()) } }
        $now += $pause
    }
    if (@(Get-AtpRefreshJob) + @(Get-AtpToken) + @(Get-AtpSecret)) { throw 'The lines left a job, a token or a secret behind.' }
}
finally {
    if ($isMine -and (Get-AtpRefreshJob)) { Unregister-AtpRefreshJob }
    if ($isMine) { Stop-AtpServer }
    $PSStyle.OutputRendering = $rendering
    Remove-Item $settings.AGENTDOM_HOME -Recurse -Force -ErrorAction Ignore
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

$width, $height = [int] ($columns * $columnWidth + 32), ($y + 10)
# Without animations, as on paper or for readers who turned them off, everything is visible.
$svg = @"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" width="$width" height="$height">
<title>The five minutes of the README in a terminal</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d6d9de; white-space: pre;
  animation: show 1ms backwards }
.typed { animation-name: show, type; animation-fill-mode: backwards, both; animation-timing-function: linear, steps(40) }
.gray { fill: #8b949e } .red { fill: #ff7b72 } .green { fill: #7ee787 } .yellow { fill: #e3b341 } .cyan { fill: #79c0ff }
.bold { font-weight: bold }
@keyframes show { from { opacity: 0 } }
@keyframes type { from { clip-path: inset(0 100% 0 0) } to { clip-path: inset(0) } }
@media (prefers-reduced-motion: reduce), print { text, .typed { animation: none } }
</style>
<rect width="$width" height="$height" rx="8" fill="#161b22"/>
<g fill="#484f58"><circle cx="20" cy="18" r="6"/><circle cx="40" cy="18" r="6"/><circle cx="60" cy="18" r="6"/></g>
$($drawn -join "`n")
</svg>
"@
[IO.File]::WriteAllText($OutFile, $svg.Replace("`r", '') + "`n")
"Wrote $OutFile, $((Get-Item $OutFile).Length) bytes, $([int] $now) seconds."
