#Requires -Version 7.4
#Requires -Modules Agentdom
<#
.SYNOPSIS
    Replaces the secret shared with each of several hosts. Exit code 1 where one of them failed.
.DESCRIPTION
    For each host: makes a secret, hands it to the provider, proves with a token request that the host takes it, and only
    then keeps it in the vault in place of the old one. A host that fails keeps its old secret, and the others go on.

    The provider must take both secrets for a while: the new one first in its list, the old one behind it. Take the old
    one off the list once all agents have the new one and OldSecretNeededUntil is over. After a failure the old one must stay
    on the list: agents still have it, and the next run makes another new one.
.PARAMETER HostName
    The hosts.
.PARAMETER Provider
    Hands a secret to a provider: a script block, or the name or the path of a PowerShell command. It is called with the host
    and the new secret, a SecureString, and throws where that did not work.
.PARAMETER Scope
    A scope to prove the secret with.
.PARAMETER Vault
    The vault of the secrets, where it is not the default.
.OUTPUTS
    One object a host, with HostName, Outcome (Rotated, NotHandedOver, NotProven, NotKept), OldSecretNeededUntil and Reason.
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

        # Proved before it is kept, so that the vault never holds a secret that the host refuses. The token of the proof is
        # kept nowhere and ends by itself.
        $result.Outcome = 'NotProven'
        $proof = Request-AtpToken $name -Scope $Scope -Purpose 'Prove a new secret' -Secret $secret -NoPersist

        $result.Outcome = 'NotKept'
        Set-AtpSecret $name $secret @inVault -Confirm:$false

        # No token that was minted under the old secret lives longer than one minted now.
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
