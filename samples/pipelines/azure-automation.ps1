#Requires -Version 7.4
#Requires -Modules Agentdom
<#
.SYNOPSIS
    An Azure Automation runbook that calls an API with a token of its own and gives the token back.
.DESCRIPTION
    Upload the package of build.ps1 to the runtime environment (PowerShell 7.4; no gallery has it yet), and keep the shared secret as the password of a credential
    asset, which reaches the runbook as a SecureString. The user name does not count.
.PARAMETER Api
    The API, which is the host that issues the tokens too.
.PARAMETER Asset
    The name of the credential asset.
.OUTPUTS
    The orders.
#>
[CmdletBinding()]
param(
    [uri] $Api = 'https://api.example.com',

    [string] $Asset = 'AtpSecret'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Each job runs on another machine, so what the issuer should know this runbook by is said here.
$env:AGENTDOM_AGENT_ID = 'azure-automation:nightly-orders'
# What the module keeps of the token is opened by a key that only this process has.
$env:AGENTDOM_VAULT = 'Agentdom'
$env:AGENTDOM_HOME = Join-Path ([IO.Path]::GetTempPath()) "agentdom-$([guid]::NewGuid())"
$env:AGENTDOM_VAULT_KEY = New-AtpSecret -AsPlainText

try {
    $secret = (Get-AutomationPSCredential -Name $Asset).Password
    $token = Request-AtpToken $Api -Scope data.read -Purpose 'Nightly orders' -Secret $secret
    Invoke-RestMethod "$($Api.AbsoluteUri.TrimEnd('/'))/orders" -Authentication Bearer -Token $token.AccessToken
}
finally {
    # Warns, and does not hide the runbook's own error, where the issuer cannot be told.
    Get-AtpToken | Revoke-AtpToken -Confirm:$false | Out-Null
    if (Test-Path $env:AGENTDOM_HOME) { Remove-Item $env:AGENTDOM_HOME -Recurse -Force }
}
