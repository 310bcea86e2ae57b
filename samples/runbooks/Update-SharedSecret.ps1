#Requires -Version 7.4
#Requires -Modules Agentdom
<#
.SYNOPSIS
    Replaces the secret shared with each of several hosts. The exit code is 1 if one of them failed.
.DESCRIPTION
    For each host, creates a secret and gives it to the provider. Then requests a token to prove that the host accepts the
    secret, and only then stores it in the vault in place of the old one. If a host fails, the old secret stays in the vault,
    and the script continues with the other hosts.

    The provider must accept both secrets for a while, with the new one first in its list and the old one after it. Remove the
    old secret from the list when all agents have the new one and OldSecretNeededUntil has passed. After a failure the old
    secret must stay on the list: agents still have it, and the next run creates another new one.
.PARAMETER HostName
    The hosts.
.PARAMETER Provider
    Gives a secret to a provider: a script block, or the name or the path of a PowerShell command. It is called with the host
    and the new secret, a SecureString, and must throw if it fails.
.PARAMETER Scope
    The scope for the token request that proves the secret.
.PARAMETER Vault
    The vault for the secrets, if it is not the default.
.OUTPUTS
    One object for each host, with HostName, Outcome (Rotated, NotHandedOver, NotProven, NotKept), OldSecretNeededUntil and Reason.
.EXAMPLE
    ./Update-SharedSecret.ps1 api.example.com, orders.example.com -Provider {
        param($HostName, $Secret)
        $name = $HostName -replace '\.', '-'
        $old = Get-AzKeyVaultSecret -VaultName atp -Name "$name-0"
        Set-AzKeyVaultSecret -VaultName atp -Name "$name-1" -SecretValue $old.SecretValue | Out-Null
        Set-AzKeyVaultSecret -VaultName atp -Name "$name-0" -SecretValue $Secret | Out-Null
    }
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)]
    [string[]] $HostName,

    [Parameter(Mandatory)]
    [ValidateNotNull()]
    [object] $Provider,

    [string] $Scope = 'data.read',

    [string] $Vault
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$inVault = if ($Vault) { @{ Vault = $Vault } } else { @{} }
$failed = 0

foreach ($name in $HostName) {
    if (-not $PSCmdlet.ShouldProcess($name, 'Replace the shared secret')) { continue }
    $result = [pscustomobject]@{ HostName = $name; Outcome = 'NotHandedOver'; OldSecretNeededUntil = $null; Reason = $null }
    try {
        $secret = New-AtpSecret
        & $Provider $name $secret | Out-Null

        # Proved before it is stored, so that the vault never contains a secret that the host refuses. The token of the proof
        # is not stored, and expires.
        $result.Outcome = 'NotProven'
        $proof = Request-AtpToken $name -Scope $Scope -Purpose 'Prove a new secret' -Secret $secret -NoPersist

        $result.Outcome = 'NotKept'
        Set-AtpSecret $name $secret @inVault -Confirm:$false

        # No token issued under the old secret expires later than one issued now.
        $result.OldSecretNeededUntil = $proof.ExpiresAt
        $result.Outcome = 'Rotated'
    }
    catch {
        $result.Reason = "$_"
        $failed++
    }
    $result
}
exit [int]($failed -gt 0)
