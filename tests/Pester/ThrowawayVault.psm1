# Makes extension modules of SecretManagement that behave like vaults that others wrote. Each keeps one file for each secret in a
# folder, and replaces one part of that by the behaviour that a test is about.

$parts = @{
    # How a text is stored, and what is returned for it.
    Store = 'param($Name, $Text) [IO.File]::WriteAllText((Get-FileOf $Name), $Text)'
    Return = 'param($Text) $Text'
    # What happens before a secret is stored, and how it is converted to text.
    Check = 'param($Name, $Secret)'
    ToText = 'param($Secret) if ($Secret -is [securestring]) { [pscredential]::new("x", $Secret).GetNetworkCredential().Password } else { $Secret }'
    # What happens for a name that the vault does not have, and how a secret is removed.
    Missing = 'param($Name)'
    Remove = 'param($Name) Remove-Item -LiteralPath (Get-FileOf $Name)'
    # What happens before the vault lists its secrets, and whether it says that it can be used.
    List = ''
    Test = '$true'
}

$frame = @'
function Get-FileOf($Name) { Join-Path $script:folder $Name }
function Get-Secret {
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)
    $script:folder = $AdditionalParameters.Path
    if (Test-Path -LiteralPath (Get-FileOf $Name)) { & $return ([IO.File]::ReadAllText((Get-FileOf $Name))) } else { & $missing $Name }
}
function Set-Secret {
    param([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters)
    $script:folder = $AdditionalParameters.Path
    & $check $Name $Secret
    & $store $Name (& $toText $Secret)
}
function Remove-Secret {
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)
    $script:folder = $AdditionalParameters.Path
    & $remove $Name
}
function Get-SecretInfo {
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)
    $script:folder = $AdditionalParameters.Path
    & $list
    Get-ChildItem -LiteralPath $AdditionalParameters.Path -File | Where-Object Name -Like $Filter | ForEach-Object {
        [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($_.Name, 'String', $VaultName)
    }
}
function Test-SecretVault { param([string] $VaultName, [hashtable] $AdditionalParameters) & $test }
'@

# Returns the command that registers the vault as the default one, and the folder of its secrets.
function New-ThrowawayVault {
    param([string] $Folder, [hashtable] $Behaviour = @{})
    $module = Join-Path $Folder 'OddVault'
    $null = New-Item "$module/OddVault.Extension", (Join-Path $Folder 'secrets') -ItemType Directory -Force
    Set-Content "$module/OddVault.psd1" "@{ ModuleVersion = '1.0'; NestedModules = @('./OddVault.Extension') }"
    $extension = "$module/OddVault.Extension/OddVault.Extension"
    Set-Content "$extension.psd1" "@{ ModuleVersion = '1.0'; RootModule = 'OddVault.Extension.psm1'; FunctionsToExport = '*' }"
    $assignments = foreach ($part in $parts.Keys) {
        "`$$($part.ToLowerInvariant()) = { $(if ($Behaviour[$part]) { $Behaviour[$part] } else { $parts[$part] }) }"
    }
    Set-Content "$extension.psm1" (@($assignments) + $frame)
    [pscustomobject]@{
        Register = "Register-SecretVault -Name odd -ModuleName '$module' -DefaultVault -VaultParameters @{ Path = '$Folder/secrets' }"
        Secrets = Join-Path $Folder 'secrets'
    }
}

Export-ModuleMember -Function New-ThrowawayVault
