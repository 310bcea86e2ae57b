# Needs Pester 5. Start-AtpServer is the provider. To give it a new secret, the tests restart it.
BeforeAll {
    Import-Module "$PSScriptRoot/../../tests/Pester/Shell.psm1"
    # This is the module built from the same clone. In your own repository, use Import-Module Agentdom.
    $module = Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1" -Force -PassThru
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_VAULT', 'AGENTDOM_KEYCHAIN', 'AGENTDOM_ATP_SECRET') {
        $kept[$name] = [Environment]::GetEnvironmentVariable($name)
    }
    $env:AGENTDOM_HOME = "$TestDrive/agentdom"
    $env:AGENTDOM_VAULT = 'Agentdom'
    $env:AGENTDOM_KEYCHAIN = 'off'
    $env:AGENTDOM_ATP_SECRET = $null

    $rotate = "$PSScriptRoot/Update-SharedSecret.ps1"
    $restart = {
        param($HostName, $Secret)
        Stop-AtpServer
        $null = Start-AtpServer -Port ([uri] "http://$HostName").Port -Secret $Secret
    }

    # The outcome for an agent that has only the vault. It needs another process, because this one uses its server's own secret.
    function Get-AgentOutcome {
        $path = Join-Path $module.ModuleBase 'Agentdom.psd1'
        Invoke-Shell -NoProfile -NonInteractive -Command "Import-Module '$path'
            try { (Request-AtpToken $server -Scope data.read -NoPersist).TokenType } catch { `$_.FullyQualifiedErrorId }"
    }
}

AfterAll {
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'Update-SharedSecret.ps1' -Skip:($PSVersionTable.PSVersion -lt '7.4') {
    BeforeEach {
        $server = Start-AtpServer
        Set-AtpSecret $server $server.Secret -WarningAction Ignore
    }

    AfterEach {
        Stop-AtpServer
    }

    It 'gives provider and agents a new secret' {
        $result = & $rotate $server -Provider $restart
        $LASTEXITCODE | Should -Be 0
        $result.Outcome | Should -Be 'Rotated'
        $result.OldSecretNeededUntil | Should -BeGreaterThan ([DateTimeOffset]::Now.AddMinutes(59))
        Get-AgentOutcome | Should -Be 'Bearer'
        # The old secret must not be valid any more.
        { Request-AtpToken $server -Scope data.read -Secret $server.Secret -NoPersist } | Should -Throw -ErrorId 'AtpSignatureRefused,*'
    }

    It 'keeps the old secret if the provider does not accept the new one' {
        $result = & $rotate $server -Provider { 'says yes and does nothing' }
        $LASTEXITCODE | Should -Be 1
        $result.Outcome | Should -Be 'NotProven'
        $result.Reason | Should -Match 'signature'
        Get-AgentOutcome | Should -Be 'Bearer'
    }

    It 'keeps the old secret if the new one cannot be handed over, and continues' {
        $results = & $rotate 'unreachable.example', $server -Provider {
            if ($args[0] -like 'unreachable*') { throw 'no way in' }
            & $restart @args
        }
        $LASTEXITCODE | Should -Be 1
        $results.Outcome | Should -Be 'NotHandedOver', 'Rotated'
        $results[0].Reason | Should -Be 'no way in'
        Get-AgentOutcome | Should -Be 'Bearer'
    }

    It 'reports when the vault cannot store the new secret' {
        $result = & $rotate $server -Provider $restart -Vault NoSuchVault
        $LASTEXITCODE | Should -Be 1
        $result.Outcome | Should -Be 'NotKept'
        $result.Reason | Should -Match 'NoSuchVault'
    }

    It 'accepts a command in place of a script block' {
        Set-Content "$TestDrive/hand-over.ps1" $restart
        (& $rotate $server -Provider "$TestDrive/hand-over.ps1").Outcome | Should -Be 'Rotated'
    }

    It 'does nothing with -WhatIf' {
        & $rotate $server -Provider { throw 'called' } -WhatIf | Should -BeNullOrEmpty
        Get-AgentOutcome | Should -Be 'Bearer'
    }
}
