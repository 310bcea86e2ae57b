# SecretManagement calls these functions in a separate session. They only call the module's own vault.

function Get-Secret {
    [CmdletBinding()]
    param ([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)
    $secret = [Agentdom.Vaults.ExtensionVault]::Get($Name)
    if ($null -ne $secret) { Write-Output $secret -NoEnumerate }
}

function Set-Secret {
    [CmdletBinding()]
    param ([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters, [hashtable] $Metadata)
    [Agentdom.Vaults.ExtensionVault]::Set($Name, $Secret, $Metadata)
}

function Set-SecretInfo {
    [CmdletBinding()]
    param ([string] $Name, [hashtable] $Metadata, [string] $VaultName, [hashtable] $AdditionalParameters)
    [Agentdom.Vaults.ExtensionVault]::SetMetadata($Name, $Metadata)
}

function Remove-Secret {
    [CmdletBinding()]
    param ([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)
    [Agentdom.Vaults.ExtensionVault]::Remove($Name)
}

function Get-SecretInfo {
    [CmdletBinding()]
    param ([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)
    foreach ($entry in [Agentdom.Vaults.ExtensionVault]::List($Filter, { param($text) Write-Warning $text })) {
        [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($entry.Name, $entry.Type, $VaultName, [hashtable] $entry.Metadata)
    }
}

function Test-SecretVault {
    [CmdletBinding()]
    [OutputType([bool])]
    param ([string] $VaultName, [hashtable] $AdditionalParameters)
    [Agentdom.Vaults.ExtensionVault]::Test()
}
