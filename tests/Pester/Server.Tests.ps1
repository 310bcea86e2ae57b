BeforeAll {
    Import-Module "$PSScriptRoot/Shell.psm1"
    $manifest = "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1"
    Import-Module $manifest -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_ATP_SECRET') { $kept[$name] = [Environment]::GetEnvironmentVariable($name) }
    $env:AGENTDOM_HOME = Join-Path $TestDrive 'home'
    $env:AGENTDOM_ATP_SECRET = 'a production secret that must not be used here'
}

AfterAll {
    Stop-AtpServer
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'A server in the session' {
    BeforeAll {
        $server = Start-AtpServer
    }

    AfterAll {
        Stop-AtpServer
    }

    It 'serves the whole life cycle of a token' {
        $t = Request-AtpToken $server -Scope data.read -Purpose 'Sync dashboard' -WarningAction SilentlyContinue
        $t | Test-AtpToken -Quiet | Should -BeTrue
        (Get-AtpToken $server).ScopesGranted | Should -Be 'data.read'
        ($t | Revoke-AtpToken).RevokedAtIssuer | Should -BeTrue
        (Test-AtpToken $server -Token $t).Valid | Should -BeFalse
    }

    It 'lets Invoke-RestMethod in until the token is revoked' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        $t = Request-AtpToken $server -Scope data.read -Purpose 'Sync dashboard' -WarningAction SilentlyContinue
        $call = @{ Uri = "$($server.Uri)whoami"; Authentication = 'Bearer'; Token = $t.AccessToken; AllowUnencryptedAuthentication = $true }
        $me = Invoke-RestMethod @call
        $me.agent_id | Should -Be (Get-AgentId).Id
        $me.scopes | Should -Be 'data.read'
        $me.purpose | Should -Be 'Sync dashboard'
        $null = Revoke-AtpToken $server
        { Invoke-RestMethod @call } | Should -Throw '*401*'
    }

    It 'is found by threads of the session' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        $hosts = 1..8 | ForEach-Object -Parallel {
            Import-Module $using:manifest
            (Request-AtpToken $using:server -Scope data.read -NoPersist).Host
        }
        $hosts | Should -HaveCount 8
    }

    It 'serves another process that has its secret' {
        $env:AGENTDOM_ATP_SECRET = [pscredential]::new('x', $server.Secret).GetNetworkCredential().Password
        $script = "Import-Module '$manifest'; (Request-AtpToken $server -Scope data.write -NoPersist).ScopesGranted"
        Invoke-Shell -NoProfile -NonInteractive -Command $script | Should -Be 'data.write'
        $env:AGENTDOM_ATP_SECRET = 'a production secret that must not be used here'
    }

    It 'shows as a table with host, scopes and lifetime, and never its secret' {
        $secret = [pscredential]::new('x', $server.Secret).GetNetworkCredential().Password
        $table = $server | Format-Table | Out-String -Width 200
        $table | Should -Match 'Host +Scopes +Token lifetime +Started'
        $table | Should -Match "$server +data\.read data\.write +1h"
        foreach ($view in $table, ($server | Format-List * | Out-String), ($server | ConvertTo-Json -WarningAction SilentlyContinue)) {
            $view | Should -Not -Match ([regex]::Escape($secret))
        }
    }

    It 'is there once' {
        { Start-AtpServer } | Should -Throw "*at $($server.Uri).*Stop-AtpServer*" -ErrorId 'AtpServerRunning,*'
    }
}

Describe 'The end of a server' {
    AfterEach {
        Import-Module $manifest
        Stop-AtpServer
    }

    It 'frees its port' {
        $first = Start-AtpServer
        Stop-AtpServer
        { Get-AtpManifest $first -TimeoutSec 5 } | Should -Throw -ErrorId 'AtpHostUnreachable,*'
        (Start-AtpServer -Port $first.Uri.Port).Host | Should -Be $first.Host
    }

    It 'comes with the removal of the module' {
        $server = Start-AtpServer
        Remove-Module Agentdom
        Import-Module $manifest
        { Get-AtpManifest $server -TimeoutSec 5 } | Should -Throw -ErrorId 'AtpHostUnreachable,*'
    }

    It 'does not come if another runspace removes the module' {
        $server = Start-AtpServer
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$manifest'; Remove-Module Agentdom").Invoke()
        $shell.Runspace.Dispose()
        (Get-AtpManifest $server).Host | Should -Be $server.Host
    }

    It 'does not delay the exit of the process' {
        $found = Invoke-Shell -NoProfile -NonInteractive -Command "Import-Module '$manifest'; (Start-AtpServer).Host"
        $LASTEXITCODE | Should -Be 0
        $found | Should -Match '^localhost:\d+$'
    }
}

Describe 'A server with https' -Skip:(-not $IsLinux) {
    BeforeAll {
        # Those of some processes, because other tests of this user start servers at the same time.
        function Get-TrustedServer([int[]] $ProcessId = $PID) {
            [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'CurrentUser', 'ReadOnly').Certificates |
                Where-Object Subject -Match "CN=Agentdom test server, OU=($($ProcessId -join '|')) on "
        }

        function Start-Server {
            $start = New-ShellStart
            $command = "Import-Module '$manifest'; [Console]::WriteLine((Start-AtpServer -Https)); Start-Sleep -Seconds 300"
            foreach ($word in '-NoProfile', '-NonInteractive', '-Command', $command) { $start.ArgumentList.Add($word) }
            $start.RedirectStandardOutput = $true
            $child = [Diagnostics.Process]::Start($start)
            $child.StandardOutput.ReadLine() | Should -Match '^localhost:\d+$'
            $child
        }
    }

    AfterEach {
        Import-Module $manifest
        Stop-AtpServer
    }

    It 'is trusted by Invoke-RestMethod while it runs, and not afterwards' {
        $server = Start-AtpServer -Https -WarningVariable said
        $said | Should -BeNullOrEmpty
        $port = $server.Uri.Port
        $t = Request-AtpToken $server -Scope data.read -WarningAction SilentlyContinue
        $t.Endpoint.Scheme | Should -Be 'https'
        foreach ($name in "$server", "127.0.0.1:$port") {
            (Invoke-RestMethod "https://$name/whoami" -Authentication Bearer -Token $t.AccessToken).scopes | Should -Be 'data.read'
        }
        (Get-AtpToken "localhost:$port").Host | Should -Be $t.Host
        Test-AtpToken $server -Quiet | Should -BeTrue
        (Get-AtpManifest "127.0.0.1:$port").TokenEndpoint | Should -Be "https://127.0.0.1:$port/v1/agent-tokens"
        Get-TrustedServer | Should -Not -BeNullOrEmpty
        (Revoke-AtpToken $server).RevokedAtIssuer | Should -BeTrue
        Stop-AtpServer
        Get-TrustedServer | Should -BeNullOrEmpty

        # Another server with TLS there is not trusted.
        $null = Start-AtpServer -Https -Port $port
        { Invoke-RestMethod "https://localhost:$port/whoami" -SkipHttpErrorCheck } | Should -Not -Throw
        Remove-Module Agentdom
        Get-TrustedServer | Should -BeNullOrEmpty
    }

    It 'leaves no trust behind when the process exits' {
        $command = "Import-Module '$manifest'; `$null = Start-AtpServer -Https; `$PID"
        $id = Invoke-Shell -NoProfile -NonInteractive -Command $command
        $id | Should -Match '^\d+$'
        Get-TrustedServer $id | Should -BeNullOrEmpty
    }

    It 'leaves no trust behind when the process is ended by <_>' -ForEach TERM, HUP {
        $child = Start-Server
        try {
            $id = $child.Id
            Get-TrustedServer $id | Should -HaveCount 1
            & kill "-$_" $id
            $child.WaitForExit()
        }
        finally {
            $child.Dispose()
        }
        Get-TrustedServer $id | Should -BeNullOrEmpty
    }

    It 'takes away the trust of a process that was killed, and of no other' {
        $killed = Start-Server
        $running = Start-Server
        $ids = $killed.Id, $running.Id, $PID
        try {
            & kill -KILL $killed.Id
            $killed.WaitForExit()
            Get-TrustedServer $ids | Should -HaveCount 2
            $null = Start-AtpServer -Https
            Get-TrustedServer $running.Id, $PID | Should -HaveCount 2
            Get-TrustedServer $killed.Id | Should -BeNullOrEmpty
            Stop-AtpServer
            Get-TrustedServer $ids | Should -HaveCount 1
        }
        finally {
            & kill -TERM $running.Id
            $running.WaitForExit()
            $killed.Dispose()
            $running.Dispose()
        }
        Get-TrustedServer $ids | Should -BeNullOrEmpty
    }
}
