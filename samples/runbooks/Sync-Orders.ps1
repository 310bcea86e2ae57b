#Requires -Version 7.4
#Requires -Modules Agentdom
<#
.SYNOPSIS
    Fetches the orders of an API with an agent token and keeps them in a file. For schedulers: exit code 0 or 1.
.DESCRIPTION
    The token is the stored one, renewed where it is near its end, or a new one where there is none. One that the API refuses
    is renewed once. The file is written whole or not at all: after a failure the one of the last good run is still there.

    Set-AtpSecret keeps the secret shared with the provider where this script finds it.
.PARAMETER Uri
    The orders. The host of this address is the one that issues the token.
.PARAMETER OutFile
    The JSON file to write.
.PARAMETER Scope
    The scopes that the API wants, as a list or in one text, which is all that pwsh -File can give.
.EXAMPLE
    ./Sync-Orders.ps1 -Uri https://api.example.com/orders -OutFile /srv/orders.json
.EXAMPLE
    15 3 * * *  pwsh -NoProfile -NonInteractive -File /opt/Sync-Orders.ps1 -Uri https://api.example.com/orders -OutFile /srv/orders.json

    A line of a crontab.
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
$api = $Uri.GetLeftPart('Authority')
$Scope = -split ($Scope -replace ',', ' ')

function Get-Token([string] $HostName, [string[]] $Scope) {
    try {
        Get-AtpToken $HostName -Scope $Scope
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'AtpTokenNotFound,*') { throw }
        Request-AtpToken $HostName -Scope $Scope -Purpose 'Sync orders'
    }
}

function Get-Order([uri] $Uri, $Token) {
    Invoke-RestMethod $Uri -Authentication Bearer -Token $Token.AccessToken
}

try {
    $token = Get-Token $api $Scope
    try {
        $orders = Get-Order $Uri $token
    }
    catch [Microsoft.PowerShell.Commands.HttpResponseException] {
        if ($_.Exception.StatusCode -ne 'Unauthorized') { throw }
        Write-Verbose "$api refused the token, so it is renewed."
        $orders = Get-Order $Uri ($token | Update-AtpToken -Force)
    }

    # Beside the file, since only a move within one volume is a single step.
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
    Write-Error "The orders of $api were not synced. $_" -ErrorAction Continue
    exit 1
}
exit 0
