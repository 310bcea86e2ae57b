BeforeDiscovery {
    $script:noStore = if (-not (Get-Module Microsoft.PowerShell.SecretStore -ListAvailable)) {
        'SecretManagement and SecretStore are not installed'
    }
    elseif ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) {
        'on Windows SecretManagement keeps its state in one place that tests cannot move'
    }
    if ($noStore) { Write-Host "Completion from SecretManagement vaults is not tested: $noStore." }
}

BeforeAll {
    Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1" -Force
    $names = 'AGENTDOM_HOME', 'AGENTDOM_ATP_SECRET', 'AGENTDOM_ATP_HOSTS', 'AGENTDOM_VAULT', 'AGENTDOM_VAULT_KEY'
    $kept = @{}
    foreach ($name in $names) {
        $kept[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $null)
    }
    $key = 'a key for the vault, of 32 bytes and more'

    # A new folder, without files of earlier tests and without file names, which the engine offers if a completer returns
    # nothing.
    function Enter-NewHome($name) {
        $env:AGENTDOM_HOME = Join-Path $TestDrive $name
        Set-Location (New-Item (Join-Path $TestDrive "$name-empty") -ItemType Directory)
    }

    function Complete([string] $line) { (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText }

    # Stores tokens for hosts that do not exist, from an endpoint that grants everything.
    function Save-Token($hostName, $scopes) {
        $options = @{ Endpoint = "$($server.Uri)v1/agent-tokens"; TrustedEndpointHost = 'localhost'; Secret = $server.Secret }
        $null = Request-AtpToken $hostName -Scope $scopes @options -Vault Agentdom -WarningAction Ignore
    }
}

AfterAll {
    Stop-AtpServer
    Set-Location $PSScriptRoot
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'Tab' {
    BeforeAll {
        $env:AGENTDOM_VAULT_KEY = $key
        Enter-NewHome 'several'
        $odd = "it's;`$(exit)"
        $server = Start-AtpServer -Scope data.read, data.write, admin, $odd
        $local = $server.Host
        Save-Token '127.0.0.1:7001' data.read
        Save-Token '127.0.0.1:7001' data.read, data.write
        Save-Token '127.0.0.2:7002' admin
        Save-Token '[::1]:7003' $odd
        $hosts = "'[::1]:7003'", '127.0.0.1:7001', '127.0.0.2:7002'
    }

    AfterAll {
        Stop-AtpServer
        $env:AGENTDOM_VAULT_KEY = $null
    }

    BeforeEach {
        $Error.Clear()
    }

    AfterEach {
        $Error | Should -BeNullOrEmpty
    }

    It 'offers the hosts that have a token to <_>' -ForEach 'Get-AtpToken', 'Update-AtpToken', 'Test-AtpToken', 'Revoke-AtpToken' {
        Complete "$_ " | Sort-Object | Should -Be ($hosts | Sort-Object)
        Complete "$_ -Host 127" | Should -Be '127.0.0.1:7001', '127.0.0.2:7002'
        Complete "$_ *:7002" | Should -Be '127.0.0.2:7002'
        Complete "$_ '[:" | Should -Be "'[::1]:7003'"
    }

    It 'offers hosts without a token, too, to <_>' -ForEach 'Request-AtpToken', 'Get-AtpManifest', 'Set-AtpSecret', 'Remove-AtpSecret' {
        $env:AGENTDOM_ATP_HOSTS = 'api.example.com; https://localhost:7443'
        Complete "$_ " | Sort-Object | Should -Be (@($hosts) + $local + 'api.example.com', 'https://localhost:7443' | Sort-Object)
        Complete "$_ API" | Should -Be 'api.example.com'
        $env:AGENTDOM_ATP_HOSTS = $null
    }

    It "offers the scopes of the host's tokens, the complete list of each token first, to <_>" -ForEach 'Get-AtpToken', 'Update-AtpToken', 'Test-AtpToken', 'Revoke-AtpToken' {
        Complete "$_ 127.0.0.1:7001 -Scope " | Should -Be 'data.read', 'data.read,data.write', 'data.write'
        Complete "$_ 127.0.0.2:7002 -Scope a" | Should -Be 'admin'
        Complete "$_ -Scope adm" | Should -Be 'admin'
        Complete "$_ 127.0.0.1:7001 -Scope data.read, d" | Should -Be 'data.write'
        Complete "$_ 127.0.0.3:7002 -Scope " | Should -BeNullOrEmpty
    }

    It 'offers the scopes that a host advertises to Request-AtpToken' {
        Complete 'Request-AtpToken $server -Scope ' | Should -Be 'data.read', 'data.write', 'admin', "'it''s;`$(exit)'"
        Complete 'Request-AtpToken $server data.read, adm' | Should -Be 'admin'
        Complete 'Request-AtpToken $server data.read, d' | Should -Be 'data.write'
        Complete 'Request-AtpToken 127.0.0.2:7002 ' | Should -Be 'admin'
    }

    It 'quotes a value so that it is that value and nothing else' {
        $completed = Complete 'Get-AtpToken -Host [::1]:7003 -Scope '
        $completed | Should -HaveCount 1
        Invoke-Expression "Write-Output $completed" | Should -BeExactly $odd
        $hostName = Complete 'Get-AtpToken ['
        Invoke-Expression "(Get-AtpToken $hostName -Scope $completed -NoRefresh -Vault Agentdom).ScopesRequested" |
            Should -BeExactly $odd
    }

    It 'uses the named vault' {
        Complete 'Get-AtpToken -Vault agentdom 127.0.0.2' | Should -Be '127.0.0.2:7002'
        Complete 'Get-AtpToken -Vault another ' | Should -BeNullOrEmpty
        $env:AGENTDOM_VAULT = 'another'
        Complete 'Get-AtpToken ' | Should -BeNullOrEmpty
        $env:AGENTDOM_VAULT = $null
    }

    It 'offers vaults and schedulers' {
        Complete 'Get-AtpToken -Vault ' | Should -Be 'Agentdom'
        Complete 'Register-AtpRefreshJob -Scheduler S' | Should -Be 'Systemd'
        Complete 'Unregister-AtpRefreshJob ' | Should -Contain 'Cron'
    }

    It 'never asks a host' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $named = $listener.LocalEndpoint.ToString()
            $env:AGENTDOM_ATP_HOSTS = $named
            Save-Token $named data.read
            foreach ($line in 'Request-AtpToken ', 'Get-AtpManifest ', 'Get-AtpToken ') { Complete $line | Should -Contain $named }
            Complete "Request-AtpToken $named " | Should -Be 'data.read'
            $listener.Pending() | Should -BeFalse
        }
        finally {
            $listener.Stop()
            $env:AGENTDOM_ATP_HOSTS = $null
            $null = Revoke-AtpToken $named -Vault Agentdom
        }
    }

    It 'reports nothing for a vault whose key is <what>' -ForEach @{ what = 'another'; other = 'quite another key, of 32 bytes and more' }, @{ what = 'too short'; other = 'short' }, @{ what = 'gone'; other = '' } {
        $env:AGENTDOM_VAULT_KEY = $other
        try {
            $all = Complete 'Request-AtpToken ' 3>&1 2>&1
            $all | Should -Be $local
            Complete 'Get-AtpToken ' 3>&1 2>&1 | Should -BeNullOrEmpty
            Complete 'Get-AtpToken 127.0.0.1:7001 -Scope ' 3>&1 2>&1 | Should -BeNullOrEmpty
        }
        finally { $env:AGENTDOM_VAULT_KEY = $key }
    }

    It 'offers the entries of a damaged vault that can be read' {
        $entry = Get-ChildItem $env:AGENTDOM_HOME -Recurse -Filter *.secret | Select-Object -First 1
        $bytes = [IO.File]::ReadAllBytes($entry.FullName)
        [IO.File]::WriteAllBytes($entry.FullName, [byte[]] (1..80))
        try { @(Complete 'Get-AtpToken -Scope ' 3>&1 2>&1).Count | Should -BeGreaterThan 1 }
        finally { [IO.File]::WriteAllBytes($entry.FullName, $bytes) }
    }

    It 'creates no vault, and completes nothing in an invalid line' {
        $before = $env:AGENTDOM_HOME
        $env:AGENTDOM_HOME = Join-Path $TestDrive 'nowhere'
        try {
            Complete 'Get-AtpToken ' | Should -BeNullOrEmpty
            $env:AGENTDOM_HOME | Should -Not -Exist
        }
        finally { $env:AGENTDOM_HOME = $before }
        $lines = "Get-AtpToken 'a`` ", 'Get-AtpToken [a', 'Get-AtpToken ?[', 'Get-AtpToken h:x:y -Scope ',
            'Get-AtpToken $null -Scope ', 'Get-AtpToken (Get-Nothing) -Scope zz'
        foreach ($line in $lines) {
            Complete $line | Should -BeNullOrEmpty
        }
    }
}

Describe 'Tab, after the host has sent its manifest' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Issuer.psm1" -Force
        Enter-NewHome 'manifest'
        $issuer = Start-TestIssuer @{ ATP_SCOPES = 'orders.read orders.write' }
        $h = $issuer.Name
    }

    AfterAll { Stop-TestIssuer $issuer }

    It 'knows the host and its scopes for the life of the process, without a token' {
        Complete "Request-AtpToken $h " | Should -BeNullOrEmpty
        $null = Get-AtpManifest $h
        Complete "Request-AtpToken $h orders." | Should -Be 'orders.read', 'orders.write'
        Complete 'Request-AtpToken 127' | Should -Contain $h
        Complete "Get-AtpToken $h " | Should -BeNullOrEmpty
    }
}

Describe 'Tab beside SecretManagement' -Skip:([bool] $noStore) {
    BeforeAll {
        Import-Module "$PSScriptRoot/ThrowawayHome.psm1" -Force
        $there = New-ThrowawayHome (Join-Path $TestDrive 'store')
        $complete = 'function Complete([string] $line) { (TabExpansion2 $line $line.Length).CompletionMatches | ' +
            'Where-Object ResultType -eq ParameterValue | ForEach-Object CompletionText };'
        $null = Invoke-InHome $there @'
            Register-SecretVault -Name ss -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
            $password = ConvertTo-SecureString pw -AsPlainText -Force
            Set-SecretStoreConfiguration -Authentication None -Interaction None -Confirm:$false -Password $password
            $s = Start-AtpServer
            $options = @{ Endpoint = "$($s.Uri)v1/agent-tokens"; TrustedEndpointHost = 'localhost'; Secret = $s.Secret }
            $null = Request-AtpToken 127.0.0.1:7001 data.read @options
'@
    }

    It 'imports nothing, and offers what the session has used' {
        Invoke-InHome $there "$complete Complete 'Get-AtpToken -Vault '; Complete 'Get-AtpToken '; @(Get-Module *Secret*).Count; (Get-AtpToken).Host; Complete 'Get-AtpToken '; Complete 'Get-AtpToken -Scope '; `$Error.Count" |
            Should -Be 'Agentdom', '0', '127.0.0.1:7001', '127.0.0.1:7001', 'data.read', '0'
        Invoke-InHome $there ("$complete Import-Module Microsoft.PowerShell.SecretManagement; " +
            "Complete 'Get-AtpToken -Vault '; Complete 'Get-AtpToken -Vault S'") |
            Should -Be 'ss', 'Agentdom', 'ss'
    }

    It 'neither fails nor prompts if the vault is locked' {
        $null = Invoke-InHome $there 'Set-SecretStoreConfiguration -Authentication Password -Interaction Prompt -Confirm:$false -Password (ConvertTo-SecureString pw -AsPlainText -Force)'
        Invoke-InHome $there "$complete Import-Module Microsoft.PowerShell.SecretManagement; Complete 'Get-AtpToken '; Complete 'Get-AtpToken -Vault ss '; Complete 'Get-AtpToken -Vault s'; `$Error.Count" |
            Should -Be 'ss', '0'
    }
}
