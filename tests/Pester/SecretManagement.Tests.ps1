BeforeDiscovery {
    $script:missing = if (-not (Get-Module Microsoft.PowerShell.SecretStore -ListAvailable)) {
        'SecretManagement and SecretStore are not installed'
    }
    elseif ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) {
        'on Windows SecretManagement keeps its state in one place that tests cannot move'
    }
    if ($missing) { Write-Host "Tests with SecretManagement vaults are skipped: $missing." }
}

Describe 'SecretManagement vaults' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module "$PSScriptRoot/Issuer.psm1", "$PSScriptRoot/ThrowawayHome.psm1" -Force
        $scopes = 1..100 | ForEach-Object { "s$_" }
        $issuer = Start-TestIssuer @{ ATP_SCOPES = "data.read $scopes" }
        $h = $issuer.Name
        $withSecret = @{ AGENTDOM_ATP_SECRET = $issuer.Secret }
        $catch = 'catch { $_.FullyQualifiedErrorId -replace ",.*" }'

        function New-StoreHome($name, $authentication = 'None', $interaction = 'None') {
            $there = New-ThrowawayHome (Join-Path $TestDrive $name) $withSecret
            $null = Invoke-InHome $there @"
                Register-SecretVault -Name ss -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
                `$options = @{ Authentication = '$authentication'; Interaction = '$interaction'; Confirm = `$false }
                Set-SecretStoreConfiguration @options -Password (ConvertTo-SecureString pw -AsPlainText -Force)
"@
            $there
        }
    }

    AfterAll { Stop-TestIssuer $issuer }

    Context 'SecretStore' {
        It 'stores tokens once it is the default vault' {
            $there = New-StoreHome 'default'
            Invoke-InHome $there ("(Request-AtpToken $h data.read).Vault; (Get-SecretInfo -Vault ss).Name " +
                "-match '^agentdom-[a-z0-9-]+`$' | Measure-Object | ForEach-Object Count") |
                Should -Be 'ss', '1'
            Invoke-InHome $there "Test-AtpToken $h -Quiet; (Revoke-AtpToken $h).RemovedFromVault; @(Get-SecretInfo -Vault ss).Count" |
                Should -Be 'True', 'True', '0'
        }

        It 'stores the secret for a host, and tokens are renewed with it' {
            $there = New-StoreHome 'secret'
            Invoke-InHome $there "Set-AtpSecret $h (ConvertTo-SecureString `$env:AGENTDOM_ATP_SECRET -AsPlainText -Force)"
            $there.Remove('AGENTDOM_ATP_SECRET')
            Invoke-InHome $there ("(Request-AtpToken $h data.read).Host; (Update-AtpToken $h -Force).Host; " +
                "Remove-AtpSecret $h; try { Request-AtpToken $h data.read } $catch") |
                Should -Be $h, $h, 'AtpSecretMissing'
        }

        It 'loses no token of 4 processes that write 25 each' -ForEach 1, 2, 3 {
            $there = New-StoreHome "many$_"
            $running = 0..3 | ForEach-Object {
                Start-InHome $there "$(1 + 25 * $_)..$(25 + 25 * $_) | ForEach-Object { (Request-AtpToken $h `"s`$_`").ScopesGranted }"
            }
            $granted = $running | ForEach-Object { Receive-FromHome $_ }
            $granted | Sort-Object | Should -Be ($scopes | Sort-Object)
            Invoke-InHome $there '(Get-AtpToken).ScopesGranted' | Sort-Object | Should -Be ($scopes | Sort-Object)
        }

        It 'fails at once if it is locked and nobody can unlock it (<interaction>, idle input: <idle>)' -ForEach @(
            @{ interaction = 'None'; idle = $false }, @{ interaction = 'Prompt'; idle = $false }, @{ interaction = 'Prompt'; idle = $true }
        ) {
            $there = New-StoreHome "locked-$interaction-$idle" Password $interaction
            $ids = Invoke-InHome $there ("foreach (`$c in { Request-AtpToken $h data.read }, { Get-AtpToken }, " +
                "{ Get-AtpToken $h }, { Set-AtpSecret $h (New-AtpSecret) }) { try { & `$c } $catch }") -IdleInput:$idle
            $ids | Where-Object { $_ -match '^Atp' } | Should -Be (, 'AtpVaultLocked' * 4)
        }

        It 'works with a password once the session has unlocked it' {
            $there = New-StoreHome 'unlocked' Password None
            Invoke-InHome $there ('Unlock-SecretStore (ConvertTo-SecureString pw -AsPlainText -Force); ' +
                "(Request-AtpToken $h data.read).Vault; (Get-AtpToken $h).Vault") |
                Should -Be 'ss', 'ss'
        }
    }

    Context 'Other vaults' {
        It 'are named by -Vault or AGENTDOM_VAULT, before the default' {
            $there = New-StoreHome 'named'
            Invoke-InHome $there ("(Request-AtpToken $h data.read -Vault agentdom).Vault; " +
                "`$env:AGENTDOM_VAULT = 'Agentdom'; (Get-AtpToken $h).Vault; (Request-AtpToken $h data.read -Vault ss).Vault") |
                Should -Be 'Agentdom', 'Agentdom', 'ss'
        }

        It 'have their own error if there is none with that name' {
            $there = New-StoreHome 'unknown'
            Invoke-InHome $there "try { Get-AtpToken -Vault nowhere } $catch" | Should -Be 'AtpVaultNotFound'
        }

        It 'may be of any kind: one that prompts fails at once, a missing one is reported' {
            $there = New-ThrowawayHome (Join-Path $TestDrive 'asking') $withSecret
            $folder = Join-Path $TestDrive 'Asking'
            $null = New-Item "$folder/Asking.Extension" -ItemType Directory
            Set-Content "$folder/Asking.psd1" "@{ ModuleVersion = '1.0'; NestedModules = @('./Asking.Extension') }"
            $extension = "$folder/Asking.Extension/Asking.Extension"
            Set-Content "$extension.psd1" "@{ ModuleVersion = '1.0'; RootModule = 'Asking.Extension.psm1'; FunctionsToExport = '*' }"
            Set-Content "$extension.psm1" @'
function Get-Secret { param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters) Read-Host 'Password' }
function Set-Secret {
    param([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters)
    $null = Read-Host 'Password'
}
function Remove-Secret { param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters) }
function Get-SecretInfo { param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters) }
function Test-SecretVault { param([string] $VaultName, [hashtable] $AdditionalParameters) $true }
'@
            $register = "Register-SecretVault -Name asking -ModuleName $folder -DefaultVault"
            Invoke-InHome $there "$register; try { Request-AtpToken $h data.read } $catch" | Should -Be 'AtpVaultLocked'
            Invoke-InHome $there "try { Request-AtpToken $h data.read } $catch" -IdleInput | Should -Be 'AtpVaultLocked'
            Remove-Item $folder -Recurse
            Invoke-InHome $there "try { Request-AtpToken $h data.read } $catch" | Should -Be 'AtpVaultUnreadable'
        }
    }

    Context 'The module as a vault' {
        BeforeAll { $register = 'Register-SecretVault -Name Agentdom -ModuleName Agentdom' }

        It 'stores all five types with their metadata, without a password or a prompt' {
            $there = New-ThrowawayHome (Join-Path $TestDrive 'types')
            Invoke-InHome $there "$register; Test-SecretVault Agentdom" | Select-Object -Last 1 | Should -Be 'True'
            Invoke-InHome $there @'
                Set-Secret text 'a b'
                Set-Secret secure (ConvertTo-SecureString 'c d' -AsPlainText -Force)
                Set-Secret bytes ([byte[]] (0, 255, 7))
                Set-Secret credential ([pscredential]::new('me', (ConvertTo-SecureString 'e f' -AsPlainText -Force)))
                $secure = ConvertTo-SecureString 'h' -AsPlainText -Force
                Set-Secret table @{ text = 'g'; bytes = [byte[]] 9; secure = $secure } -Metadata @{ owner = 'ops'; n = 3 }
'@
            Invoke-InHome $there @'
                (Get-SecretInfo | Sort-Object Name | ForEach-Object { "$($_.Name)=$($_.Type)" }) -join ' '
                Get-Secret TEXT -AsPlainText; Get-Secret secure -AsPlainText; (Get-Secret bytes) -join ','
                $c = Get-Secret credential; "$($c.UserName) $($c.GetNetworkCredential().Password)"
                $t = Get-Secret table -AsPlainText; "$($t.text) $($t.bytes) $($t.secure)"
                $m = (Get-SecretInfo table).Metadata; "$($m.owner) $($m.n) $($m.n.GetType().Name)"
                Set-SecretInfo text -Metadata @{ note = 'new' }; (Get-SecretInfo text).Metadata.note
                Remove-Secret text -Vault Agentdom; (Get-SecretInfo).Count
'@ | Should -Be 'bytes=ByteArray credential=PSCredential secure=SecureString table=Hashtable text=String',
            'a b', 'c d', '0,255,7', 'me e f', 'g 9 h', 'ops 3 Int32', 'new', '4'
        }

        It 'is called in SecretManagement''s own session and adds nothing to the user''s (<order>)' -ForEach @(
            @{ order = 'Agentdom first'; import = '' }
            @{ order = 'SecretManagement first'
                import = 'Remove-Module Agentdom; Import-Module Microsoft.PowerShell.SecretManagement; Import-Module Agentdom' }
        ) {
            $there = New-ThrowawayHome (Join-Path $TestDrive "session-$($order[0])")
            $path = Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'out/Agentdom'
            Invoke-InHome $there @"
                $import
                Register-SecretVault -Name Agentdom -ModuleName '$path'
                Set-Secret one first
                Get-Secret one -AsPlainText
                (Get-Command Get-Secret, Set-Secret, Get-SecretInfo -All).Source | Sort-Object -Unique
                (Get-Module -All).Name -match '^Agentdom' -join ' '
                Remove-Module Agentdom
                Get-Secret one -AsPlainText
"@ | Should -Be 'first', 'Microsoft.PowerShell.SecretManagement', 'Agentdom', 'first'
        }

        It 'loses no secret of 8 processes that write 250 each' {
            $there = New-ThrowawayHome (Join-Path $TestDrive 'eight')
            $null = Invoke-InHome $there "$register; Set-Secret first x"
            $running = 1..8 | ForEach-Object { Start-InHome $there "1..250 | ForEach-Object { Set-Secret `"w$_-`$_`" `"v$_-`$_`" }" }
            $running | ForEach-Object { Receive-FromHome $_ } | Should -BeNullOrEmpty
            Invoke-InHome $there '@(Get-SecretInfo -Name w*).Count; Get-Secret w8-250 -AsPlainText' | Should -Be '2000', 'v8-250'
        }
    }
}
