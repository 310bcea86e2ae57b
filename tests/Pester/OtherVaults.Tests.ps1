BeforeDiscovery {
    $script:missing = if (-not (Get-Module Microsoft.PowerShell.SecretManagement -ListAvailable)) {
        'SecretManagement is not installed'
    }
    elseif ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) {
        'on Windows SecretManagement keeps its state in one place that tests cannot move'
    }
    if ($missing) { Write-Host "Tests with vaults that others wrote are skipped: $missing." }

    # Each is what some vault on the PowerShell Gallery does, or a tool behind one.
    $script:vaults = @(
        @{ name = 'throws for a name that it does not have'; behaviour = @{ Missing = 'param($Name) throw "There is no $Name"' } }
        @{ name = 'writes errors for a name that it does not have'
            behaviour = @{ Missing = 'param($Name) Write-Error "Received an error:"; Write-Error "404"' } }
        @{ name = 'fails in every way while it is empty'; behaviour = @{ Missing = 'param($Name) throw "404"'
                List = 'if (-not (Get-ChildItem $script:folder)) { throw "404" }' } }
        @{ name = 'returns a text as a SecureString'
            behaviour = @{ Return = 'param($Text) ConvertTo-SecureString $Text -AsPlainText -Force' } }
        @{ name = 'returns a text as a password of a credential'
            behaviour = @{ Return = 'param($Text) [pscredential]::new("x", (ConvertTo-SecureString $Text -AsPlainText -Force))' } }
        @{ name = 'returns a text as the only value of a hashtable'; behaviour = @{ Return = 'param($Text) @{ value = $Text }' } }
        @{ name = 'returns a text as bytes'; behaviour = @{ Return = 'param($Text) , [Text.Encoding]::UTF8.GetBytes($Text)' } }
        @{ name = 'loses double quotes and all lines but the first'
            behaviour = @{ Store = 'param($Name, $Text) [IO.File]::WriteAllText((Get-FileOf $Name), ($Text -replace "`"" -split "\n")[0])' } }
        @{ name = 'adds line ends'; behaviour = @{ Return = 'param($Text) "`r`n$Text`r`n`n"' } }
        @{ name = 'cannot use the name of a removed secret again'; behaviour = @{
                Remove = 'param($Name) Move-Item -LiteralPath (Get-FileOf $Name) "$script:folder-removed-$Name"'
                Check = 'param($Name) if (Test-Path "$script:folder-removed-$Name") { throw "$Name is in a deleted but recoverable state" }' } }
        @{ name = 'refuses to replace a secret'; behaviour = @{
                Check = 'param($Name) if (Test-Path (Get-FileOf $Name)) { throw "$Name already exists" }' } }
        @{ name = 'does not replace a secret and says nothing'; behaviour = @{
                Store = 'param($Name, $Text) if (-not (Test-Path (Get-FileOf $Name))) { [IO.File]::WriteAllText((Get-FileOf $Name), $Text) }' } }
        @{ name = 'accepts nothing but plain text'
            behaviour = @{ Check = 'param($Name, $Secret) if ($Secret -isnot [string]) { throw "Only strings are supported" }' } }
        @{ name = 'stores the name of a SecureString''s type'; behaviour = @{ ToText = 'param($Secret) "$Secret"' } }
        @{ name = 'reports an error for a removal that succeeded'
            behaviour = @{ Remove = 'param($Name) Remove-Item -LiteralPath (Get-FileOf $Name); throw "Failed"' } }
    )
}

Describe 'A vault that others wrote' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module "$PSScriptRoot/Issuer.psm1", "$PSScriptRoot/ThrowawayHome.psm1", "$PSScriptRoot/ThrowawayVault.psm1" -Force
        # As stored in the vault of the released form.
        $secret = 'a released secret with "quotes" of 32 bytes'
        $issuer = Start-TestIssuer @{ ATP_SECRET = $secret }
        $h = $issuer.Name
        $catch = 'catch { $_.FullyQualifiedErrorId -replace ",.*"; "$_" }'
        $next = 0

        function New-Vault($behaviour, $environment = @{ AGENTDOM_ATP_SECRET = $secret }) {
            $folder = Join-Path $TestDrive "vault$(($script:next++))"
            $vault = New-ThrowawayVault $folder $behaviour
            $vault | Add-Member Home (New-ThrowawayHome $folder $environment) -PassThru
        }
    }

    AfterAll { Stop-TestIssuer $issuer }

    It 'and that <name> serves the whole life of a token and a secret' -ForEach $vaults {
        $vault = New-Vault $behaviour
        $life = '(Request-AtpToken {0} data.read).Vault; (Update-AtpToken {0} -Force).Vault; @(Get-AtpToken).Count
            $r = Revoke-AtpToken {0}; $r.RevokedAtIssuer; $r.RemovedFromVault; @(Get-AtpToken).Count
            (Request-AtpToken {0} data.read).Vault' -f $h
        Invoke-InHome $vault.Home "$($vault.Register); $life" | Should -Be 'odd', 'odd', '1', 'True', 'True', '0', 'odd'
        Invoke-InHome $vault.Home ("Test-AtpToken $h -Quiet; Set-AtpSecret $h (ConvertTo-SecureString `$env:AGENTDOM_ATP_SECRET " +
            "-AsPlainText -Force); `$env:AGENTDOM_ATP_SECRET = `$null; (Update-AtpToken -All -Force).Vault; Remove-AtpSecret $h; " +
            "try { Request-AtpToken $h data.read } catch { `$_.FullyQualifiedErrorId -replace ',.*' }; " +
            "(Revoke-AtpToken $h).RevokedAtIssuer; @(Get-AtpToken).Count") |
            Should -Be 'True', 'odd', 'AtpSecretMissing', 'True', '0'
    }

    It 'and that changes what it stores keeps nothing of a failed write' {
        $vault = New-Vault @{ Store = 'param($Name, $Text) [IO.File]::WriteAllText((Get-FileOf $Name), $Text.ToUpperInvariant())' }
        $said = Invoke-InHome $vault.Home "$($vault.Register); try { Request-AtpToken $h data.read } $catch"
        $said[0] | Should -Be 'AtpVaultUnwritable'
        Get-ChildItem $vault.Secrets | Should -BeNullOrEmpty
        Invoke-InHome $vault.Home '@(Get-AtpToken).Count; Update-AtpToken -All -Force' | Should -Be '0'
    }

    It 'and that fails to write keeps the entry before, and says why in its own words but not what was stored' {
        $vault = New-Vault @{ Check = 'param($Name, $Secret) if (Test-Path "$script:folder-full") {
            throw [Exception]::new("outer", [IO.IOException]::new("no space left for $(& $toText $Secret)")) }' }
        Invoke-InHome $vault.Home "$($vault.Register); (Request-AtpToken $h data.read).Vault" | Should -Be 'odd'
        $before = Get-Content (Get-ChildItem $vault.Secrets)
        $null = New-Item "$($vault.Secrets)-full"
        $said = Invoke-InHome $vault.Home "try { Request-AtpToken $h data.read } $catch; `$Error | Out-String"
        $said[0] | Should -Be 'AtpVaultUnwritable'
        $said[1] | Should -Match 'no space left'
        "$said" | Should -Not -Match 'agentdom2-[A-Za-z0-9]'
        Get-Content (Get-ChildItem $vault.Secrets) | Should -Be $before
        Invoke-InHome $vault.Home "Test-AtpToken $h -Quiet" | Should -Be 'True'
    }

    It 'and that is slow has a valid token after <command> was stopped' -ForEach @(
        @{ command = 'Request-AtpToken'; parameters = '-Scope data.read' }
        @{ command = 'Update-AtpToken'; parameters = '-Force' }
    ) {
        # It has stored the secret, and then does not return.
        $vault = New-Vault @{ Store = 'param($Name, $Text) [IO.File]::WriteAllText((Get-FileOf $Name), $Text)
            if (Test-Path "$script:folder-slow") { Set-Content "$script:folder-stored" ""; Start-Sleep 10 }' }
        Invoke-InHome $vault.Home "$($vault.Register); (Request-AtpToken $h data.read).Vault" | Should -Be 'odd'
        $before = Get-Content (Get-ChildItem $vault.Secrets)
        $null = New-Item "$($vault.Secrets)-slow"
        Invoke-InHome $vault.Home @"
            `$module = (Get-Module Agentdom).Path
            `$shell = [powershell]::Create().AddScript("Import-Module '`$module'; $command $h $parameters")
            `$running = `$shell.BeginInvoke()
            for (`$i = 0; `$i -lt 300 -and -not (Test-Path '$($vault.Secrets)-stored'); `$i++) { Start-Sleep -Milliseconds 100 }
            `$shell.Stop()
            `$running.IsCompleted
"@ | Should -Be 'True'
        Remove-Item "$($vault.Secrets)-slow"
        Get-Content (Get-ChildItem $vault.Secrets) | Should -Not -Be $before
        Invoke-InHome $vault.Home "Test-AtpToken $h -Quiet" | Should -Be 'True'
    }

    It 'and that is locked is not taken for an empty one' {
        $vault = New-Vault @{ Missing = 'param($Name) throw "There is an issue"'; Test = '$false'; Store = 'param($Name, $Text)' }
        Invoke-InHome $vault.Home ("$($vault.Register); foreach (`$c in { Get-AtpToken }, { Get-AtpToken $h }, { Test-AtpToken $h }, " +
            "{ Request-AtpToken $h data.read }) { try { & `$c } catch { `$_.FullyQualifiedErrorId -replace ',.*' } }") |
            Should -Be (, 'AtpVaultUnreadable' * 4)
    }

    It 'and that returns something else says which type' {
        $vault = New-Vault @{ Return = 'param($Text) @{ a = 1; b = 2 }' }
        Set-Content "$($vault.Secrets)/agentdom-x-example-0123456789ab" 'x'
        Invoke-InHome $vault.Home "$($vault.Register); try { Revoke-AtpToken x.example } $catch" | Select-Object -First 2 |
            Should -Match '^AtpVaultEntryDamaged$|as Hashtable, which is not text'
    }

    It 'has an entry that cannot be read: it is told of, others work, and the command in the message removes it' {
        $vault = New-Vault @{}
        $name = "agentdom-$($h -replace '[.:]', '-')-0123456789ab"
        Set-Content "$($vault.Secrets)/$name" 'garbage'
        $advice = "Revoke-AtpToken -EntryName $name -Vault odd"
        $said = Invoke-InHome $vault.Home ("$($vault.Register); (Request-AtpToken $h data.read).Vault; (Get-AtpToken $h data.read).Vault; " +
            "(Get-AtpToken -WarningVariable w).Vault; `$w.Message; " +
            "(Update-AtpToken $h, $h, * -Force -ErrorAction SilentlyContinue -ErrorVariable e).Vault; `$e.Count; `$e.Exception.Message")
        $said[0..2 + 4, 5] | Should -Be 'odd', 'odd', 'odd', 'odd', '1'
        $said[3, 6] | Should -BeLike "*$advice removes it."
        Invoke-InHome $vault.Home "(Revoke-AtpToken $h).Vault; Test-Path $($vault.Secrets)/$name; (Get-Content $($vault.Secrets)/$name)" |
            Should -Be 'True', 'garbage' -Because 'it may belong to another agent'
        Invoke-InHome $vault.Home "(${advice}).RemovedFromVault; @(Get-AtpToken -WarningVariable w).Count; `$w.Count; Update-AtpToken -All" |
            Should -Be 'True', '0', '0'
        Invoke-InHome $vault.Home "try { Revoke-AtpToken -EntryName other-secret } catch { `$_.FullyQualifiedErrorId }" |
            Should -BeLike 'AtpTokenNotFound,*'
    }

    It 'that an earlier version used gives its tokens and its secret, and gets their new form' {
        $vault = New-Vault @{} @{ AGENTDOM_AGENT_ID = 'released-agent' }
        foreach ($file in Get-ChildItem "$PSScriptRoot/../ReleasedVaults/texts") { Copy-Item $file "$($vault.Secrets)/$($file.BaseName)" }
        $old = 'agentdom-api-example-com-f9e1b05bed47', 'agentdom-api-example-com-94260959f03b' |
            Where-Object { (Get-Content "$($vault.Secrets)/$_") -match 'released.token.read' }
        $request = "Request-AtpToken api.example.com data.read -Endpoint http://$h/v1/agent-tokens -TrustedEndpointHost 127.0.0.1"
        Invoke-InHome $vault.Home ("$($vault.Register); @(Get-AtpToken).Count; @(Get-AtpToken -AgentId *).Count; " +
            "Get-AtpToken api.example.com data.read -AsPlainText; `$null = $request; @(Get-AtpToken).Count") |
            Should -Be '4', '5', 'released.token.read', '4'
        Get-Content "$($vault.Secrets)/$old" | Should -Be 'agentdom2-empty'
        Get-ChildItem $vault.Secrets | Where-Object { (Get-Content $_) -match '^agentdom2-[A-Za-z0-9_-]{40,}$' } | Should -HaveCount 1
    }

    It 'cannot be registered without a home folder, so the module''s own is used' {
        $there = New-ThrowawayHome (Join-Path $TestDrive 'homeless') @{ AGENTDOM_ATP_SECRET = $secret; HOME = $null }
        Invoke-InHome $there "(Request-AtpToken $h data.read).Vault; (Get-AtpToken $h).Vault" | Should -Be 'Agentdom', 'Agentdom'
        $said = Invoke-InHome $there "try { Get-AtpToken -Vault other } $catch"
        $said[0] | Should -Be 'AtpVaultNotFound'
        $said[1] | Should -Match "There is no vault named 'other'\. SecretManagement cannot register vaults here: "
    }
}
