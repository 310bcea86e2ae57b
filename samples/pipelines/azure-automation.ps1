#Requires -Version 7.4
#Requires -Modules Agentdom
<#
.SYNOPSIS
    An Azure Automation runbook that calls an API with its own token and then revokes the token.
.DESCRIPTION
    Upload the package that build.ps1 creates to the runtime environment (PowerShell 7.4). It is not in any gallery yet. Store
    the shared secret as the password of a credential asset, so that the runbook receives it as a SecureString. The user name is
    ignored.
.PARAMETER Api
    The API. Its host also issues the tokens.
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

# Each job runs on a different machine, so this sets the agent id that the issuer sees.
$env:AGENTDOM_AGENT_ID = 'azure-automation:nightly-orders'
# The vault's key is a new secret that only this process has.
$env:AGENTDOM_VAULT = 'Agentdom'
$env:AGENTDOM_HOME = Join-Path ([IO.Path]::GetTempPath()) "agentdom-$([guid]::NewGuid())"
$env:AGENTDOM_VAULT_KEY = New-AtpSecret -AsPlainText

try {
    $secret = (Get-AutomationPSCredential -Name $Asset).Password
    $token = Request-AtpToken $Api -Scope data.read -Purpose 'Nightly orders' -Secret $secret
    Invoke-RestMethod "$($Api.AbsoluteUri.TrimEnd('/'))/orders" -Authentication Bearer -Token $token.AccessToken
}
finally {
    # If the issuer is unavailable, this only warns, so it does not hide an error of the runbook itself.
    Get-AtpToken | Revoke-AtpToken -Confirm:$false | Out-Null
    if (Test-Path $env:AGENTDOM_HOME) { Remove-Item $env:AGENTDOM_HOME -Recurse -Force }
}
