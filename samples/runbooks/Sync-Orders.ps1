#Requires -Version 7.4
#Requires -Modules Agentdom
<#
.SYNOPSIS
    Fetches the orders of an API with an agent token and writes them to a file. For schedulers, it exits with code 0 or 1.
.DESCRIPTION
    Uses the stored token and renews it if it is about to expire. If no token is stored, requests one. If the API refuses the
    token, renews it once. The file is written completely or not at all: after a failure the file of the last successful run is
    unchanged.

    Use Set-AtpSecret to store the secret shared with the provider. This script finds it there.
.PARAMETER Uri
    The address of the orders. Its host issues the token.
.PARAMETER OutFile
    The JSON file to write.
.PARAMETER Scope
    The scopes that the API requires, as a list or as one text, because pwsh -File cannot pass a list.
.EXAMPLE
    ./Sync-Orders.ps1 -Uri https://api.example.com/orders -OutFile /srv/orders.json
.EXAMPLE
    15 3 * * *  pwsh -NoProfile -NonInteractive -File /opt/Sync-Orders.ps1 -Uri https://api.example.com/orders -OutFile /srv/orders.json

    A line for a crontab.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [uri] $Uri,

    [Parameter(Mandatory)]
    [string] $OutFile,

    [string[]] $Scope = 'data.read'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$Scope = -split ($Scope -replace ',', ' ')

try {
    $orders = Invoke-AtpRestMethod $Uri -Scope $Scope -Purpose 'Sync orders'

    # In the same folder as the file, because a move is atomic only within one volume.
    $new = "$OutFile.new"
    try {
        ConvertTo-Json @($orders) -Depth 20 | Set-Content -LiteralPath $new
        Move-Item -LiteralPath $new $OutFile -Force
    }
    finally {
        Remove-Item -LiteralPath $new -ErrorAction Ignore
    }
    Write-Verbose "Wrote $(@($orders).Count) orders to $OutFile."
}
catch {
    Write-Error "The orders were not synced. $_" -ErrorAction Continue
    exit 1
}
exit 0
