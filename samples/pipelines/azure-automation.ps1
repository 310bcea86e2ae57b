#Requires -Version 7.4
#Requires -Modules Agentdom
<#
.SYNOPSIS
    An Azure Automation runbook that calls an API with a token for this call alone.
.DESCRIPTION
    Upload the module as a package to the runtime environment (PowerShell 7.4). It is not in any gallery yet: docs/publishing.md shows
    how to make the package.

    The shared secret comes from a key vault, which the account's managed identity reads: assign the role Key Vault Secrets User to it.
    Without -KeyVault, it is the password of a credential asset, whose user name is ignored. Both return it as a SecureString.

    The token is requested for the call, revoked after it, and never stored.
.PARAMETER Api
    The API. Its host also issues the tokens.
.PARAMETER KeyVault
    The name of the key vault.
.PARAMETER SecretName
    The name of the secret in the key vault, or of the credential asset.
.OUTPUTS
    The orders.
#>
[CmdletBinding()]
param(
    [uri] $Api = 'https://api.example.com',

    [string] $KeyVault,

    [string] $SecretName = 'AtpSecret'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Each job runs on a different machine, so this sets the agent id that the issuer sees.
$env:AGENTDOM_AGENT_ID = 'azure-automation:nightly-orders'

$secret = if ($KeyVault) {
    $null = Connect-AzAccount -Identity -Scope Process
    $found = Get-AzKeyVaultSecret -VaultName $KeyVault -Name $SecretName
    # For a missing secret, it returns nothing.
    if (-not $found) { throw "The key vault $KeyVault has no secret $SecretName." }
    $found.SecretValue
}
else {
    (Get-AutomationPSCredential -Name $SecretName).Password
}

$call = @{ Scope = 'data.read'; Purpose = 'Nightly orders'; Secret = $secret; NoPersist = $true }
Invoke-AtpRestMethod "$($Api.AbsoluteUri.TrimEnd('/'))/orders" @call
