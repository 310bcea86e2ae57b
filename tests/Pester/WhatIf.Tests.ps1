BeforeAll {
    Import-Module "$PSScriptRoot/Shell.psm1"
    $manifest = "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1"
    Import-Module $manifest -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_VAULT', 'AGENTDOM_ATP_SECRET') {
        $kept[$name] = [Environment]::GetEnvironmentVariable($name)
    }
    $env:AGENTDOM_HOME = Join-Path $TestDrive 'home'
    $env:AGENTDOM_VAULT = 'Agentdom'
    $env:AGENTDOM_ATP_SECRET = $null
    $server = Start-AtpServer

    # All files below the home with their content, except lock files.
    function Get-State {
        (Get-ChildItem $env:AGENTDOM_HOME -Recurse -File -ErrorAction Ignore | Where-Object Name -NotLike *.lock |
            ForEach-Object { "$($_.Name) $((Get-FileHash $_.FullName).Hash)" }) -join "`n"
    }
}

AfterAll {
    Unregister-AtpRefreshJob -Scheduler InProcess -ErrorAction Ignore
    Stop-AtpServer
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe '-WhatIf' {
    BeforeAll {
        $null = Request-AtpToken $server data.read -WarningAction Ignore
        $first = New-AtpSecret
        Set-AtpSecret api.example.com $first
    }

    BeforeEach { $before = Get-State }

    AfterEach {
        $before | Should -Match '\.secret '
        Get-State | Should -Be $before
    }

    It 'revokes no token' {
        Revoke-AtpToken $server -WhatIf | Should -BeNullOrEmpty
        Test-AtpToken $server -Quiet | Should -BeTrue
    }

    It 'neither replaces nor removes a secret, nor stores a new one' {
        Set-AtpSecret api.example.com (New-AtpSecret) -WhatIf
        Set-AtpSecret new.example.com (New-AtpSecret) -WhatIf
        Remove-AtpSecret api.example.com -WhatIf
    }

    It 'neither registers nor removes a job' {
        Register-AtpRefreshJob -Scheduler InProcess -WhatIf | Should -BeNullOrEmpty
        Get-AtpRefreshJob | Where-Object Scheduler -EQ InProcess | Should -BeNullOrEmpty
        $null = Register-AtpRefreshJob -Scheduler InProcess -Interval 00:20:00
        Unregister-AtpRefreshJob -Scheduler InProcess -WhatIf
        Register-AtpRefreshJob -Scheduler InProcess -Interval 00:10:00 -WhatIf
        (Get-AtpRefreshJob | Where-Object Scheduler -EQ InProcess).Interval | Should -Be 00:20:00
    }

    It 'leaves the server as it is' {
        Stop-AtpServer -WhatIf
        $server | Stop-AtpServer -WhatIf
        (Get-AtpManifest $server).Host | Should -Be $server.Host
    }

    It 'creates no vault' {
        $there, $env:AGENTDOM_HOME = $env:AGENTDOM_HOME, (Join-Path $TestDrive 'none')
        try {
            Set-AtpSecret api.example.com (New-AtpSecret) -WhatIf
            $env:AGENTDOM_HOME | Should -Not -Exist
        }
        finally { $env:AGENTDOM_HOME = $there }
    }

    It 'describes the action in one line' {
        $said = Invoke-Shell -NoProfile -NonInteractive -Command @"
            Import-Module '$manifest'
            Revoke-AtpToken $server -WhatIf
            Set-AtpSecret api.example.com (New-AtpSecret) -WhatIf
            Remove-AtpSecret api.example.com -WhatIf
            Register-AtpRefreshJob -Scheduler InProcess -WhatIf
            Unregister-AtpRefreshJob -Scheduler InProcess -WhatIf
            `$null = Start-AtpServer
            Stop-AtpServer -WhatIf
"@
        $said | Should -HaveCount 6
        $said[0] | Should -BeLike "What if: *`"Revoke token`"*`"$server (data.read)`"*"
        $said[1] | Should -BeLike 'What if: *"Store shared secret"*"api.example.com"*'
        $said[2] | Should -BeLike 'What if: *"Remove shared secret"*"api.example.com"*'
        $said[3] | Should -BeLike "What if: *`"Register refresh job`"*`"InProcess, every 5m, vault 'Agentdom'`"*"
        $said[4] | Should -BeLike 'What if: *"Unregister refresh job"*"InProcess"*'
        $said[5] | Should -BeLike 'What if: *"Stop server"*"localhost:*"*'
    }
}

Describe '-Confirm' {
    It 'is not on by default' {
        foreach ($command in Get-Command -Module Agentdom) {
            $metadata = [Management.Automation.CommandMetadata]::new($command)
            if ($metadata.SupportsShouldProcess) { $metadata.ConfirmImpact | Should -Be Medium -Because $command.Name }
            $changes = $command.Verb -in 'Revoke', 'Remove', 'Set', 'Register', 'Unregister', 'Stop'
            $metadata.SupportsShouldProcess | Should -Be $changes -Because $command.Name
        }
    }
}
