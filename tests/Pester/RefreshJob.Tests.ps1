BeforeDiscovery {
    $noCron = -not (Get-Command crontab -CommandType Application -ErrorAction SilentlyContinue)
    if ($noCron) { Write-Host 'The tests of the job in a crontab are skipped: crontab is not installed.' }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Shell.psm1"
    $manifest = "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1"
    Import-Module $manifest -Force
    Import-Module "$PSScriptRoot/Issuer.psm1" -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_ATP_SECRET', 'AGENTDOM_VAULT_KEY') { $kept[$name] = [Environment]::GetEnvironmentVariable($name) }
    # Characters that need quoting in a shell, in a crontab and in PowerShell.
    $env:AGENTDOM_HOME = Join-Path $TestDrive "a home, 50% o'neil's"
    # All its tokens are due for a job that runs every 5 minutes.
    $issuer = Start-TestIssuer @{ ATP_TOKEN_TTL = 60 }
    $h = $issuer.Name
    $secret = ConvertTo-SecureString $issuer.Secret -AsPlainText -Force
    $env:AGENTDOM_ATP_SECRET = $env:AGENTDOM_VAULT_KEY = $null

    function Get-StoredToken { Get-AtpToken $h -NoRefresh -AsPlainText }
    function Get-RawCrontab {
        # Not through the pipeline, which would split it into lines, and as an editor gets it, because Debian's crontab -l shows
        # a carriage return as the two characters \r.
        $copy = Join-Path $TestDrive 'crontab'
        sh -c "VISUAL=cat EDITOR=cat crontab -e > '$copy' 2>/dev/null"
        [IO.File]::ReadAllBytes($copy)
    }
}

AfterAll {
    Stop-TestIssuer $issuer
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'The refresh job in a crontab' -Skip:$noCron {
    BeforeAll {
        $daemonRuns = [bool] (Get-Process cron, crond -ErrorAction Ignore)
        $saved = Join-Path $TestDrive 'saved-crontab'
        $null = crontab -l 2>&1
        $hadCrontab = $LASTEXITCODE -eq 0
        if ($hadCrontab) { [IO.File]::WriteAllBytes($saved, (Get-RawCrontab)) }
        $others = Join-Path $TestDrive 'others'
        $ascii = [Text.Encoding]::ASCII.GetBytes("MAILTO=`"`"`n0 3 1 1 * echo a\%b`n# \r`r`n# ")
        [IO.File]::WriteAllBytes($others, [byte[]] ($ascii + 0xff, 0x80, 0x0a, 0x0a))
    }

    BeforeEach {
        crontab $others
        Set-AtpSecret $h $secret
        $null = Request-AtpToken $h -Scope data.read -WarningAction SilentlyContinue
    }

    AfterEach {
        $env:AGENTDOM_ATP_SECRET = $null
        if (Get-AtpRefreshJob) { Unregister-AtpRefreshJob }
    }

    AfterAll {
        if ($hadCrontab) { crontab $saved } else { crontab -r }
    }

    It 'renews a due token in the environment of cron' {
        Register-AtpRefreshJob -Scheduler Cron | ForEach-Object Interval | Should -Be '00:05:00'
        $line = @(crontab -l) -match '^\S+ \* \* \* \* '
        $line | Should -HaveCount 1
        # Cron removes the backslash before a percent sign before it calls the shell.
        $command = ($line[0] -split ' \* \* \* \* ', 2)[1].Replace('\%', '%')
        $before = Get-StoredToken

        $said = env -i "HOME=$HOME" PATH=/usr/bin:/bin /bin/sh -c $command 2>&1

        $LASTEXITCODE | Should -Be 0
        $said | Should -BeNullOrEmpty
        Get-StoredToken | Should -Not -Be $before
        $job = Get-AtpRefreshJob
        $job.Scheduler | Should -Be 'Cron'
        $job.LastOutcome | Should -Be 'Succeeded'
        $job.LastRenewed | Should -Be 1
        $job.LastErrors | Should -BeNullOrEmpty
        $job.LastRun | Should -BeGreaterThan ([DateTimeOffset]::UtcNow.AddMinutes(-5))
        if ($daemonRuns) { $job.NextRun | Should -BeGreaterThan ([DateTimeOffset]::UtcNow) }
        $job | Format-Table | Out-String -Width 200 | Should -Match 'Cron +5m .*Succeeded +1'
    }

    It 'shows what failed in its last run, as its scheduler sees it' {
        $null = Register-AtpRefreshJob -Scheduler Cron
        Remove-AtpSecret $h
        $said = Invoke-Shell -NoProfile -NonInteractive -File (Join-Path $env:AGENTDOM_HOME 'jobs/refresh.ps1') 2>&1

        $LASTEXITCODE | Should -Be 1
        @($said) | Should -HaveCount 1
        "$said" | Should -Match "^Agentdom: $h \(data\.read\): .+"
        $job = Get-AtpRefreshJob

        $job.LastOutcome | Should -Be 'Failed'
        $job.LastErrors.Host | Should -Be $h
        $job.LastErrors.ErrorId | Should -Be 'AtpSecretMissing'
    }

    It 'shows that its program is gone' {
        Register-AtpRefreshJob -Scheduler Cron -WarningAction Ignore | ForEach-Object Problem | Should -Not -Match 'gone'
        $gone = Join-Path $TestDrive 'pwsh of a version that was removed'
        (crontab -l) -replace '(\* \* \* \* )\S+', "`$1'$gone'" | crontab -

        $job = Get-AtpRefreshJob

        $job.Problem | Should -Match ([regex]::Escape($gone))
        $job | Format-Table | Out-String -Width 500 | Should -Match ([regex]::Escape($gone))
    }

    It 'warns if no cron daemon runs, and does not promise a run' {
        if (-not (Test-Path /proc/1/comm) -or $daemonRuns) {
            Set-ItResult -Skipped -Because 'a cron daemon may run here'
            return
        }
        $job = Register-AtpRefreshJob -Scheduler Cron -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Match 'no cron daemon runs here'
        $job.Problem | Should -Match 'no cron daemon runs here'
        $job.NextRun | Should -BeNullOrEmpty
        $job | Format-Table | Out-String -Width 500 | Should -Match 'no cron daemon runs here'
    }

    It 'warns of a token that expires before the next run' {
        $null = Register-AtpRefreshJob -Scheduler Cron -Interval 00:05:00 -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Match "$h.*valid for 1m only"
    }

    It 'is registered once, even after it is registered again with another interval' {
        $null = Register-AtpRefreshJob -Scheduler Cron
        Register-AtpRefreshJob -Scheduler Cron -Interval 00:10:00 | ForEach-Object Interval | Should -Be '00:10:00'
        @(crontab -l) -match 'refresh\.ps1' | Should -HaveCount 1
        Get-AtpRefreshJob | Should -HaveCount 1
    }

    It 'is refused if the secret is only in the environment' {
        Remove-AtpSecret $h
        $env:AGENTDOM_ATP_SECRET = $issuer.Secret
        $failure = try { Register-AtpRefreshJob -Scheduler Cron } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'AtpJobWouldFail,Agentdom.Commands.RegisterAtpRefreshJobCommand'
        $failure.Exception.Message | Should -Match "$h.*Set-AtpSecret"
        Get-AtpRefreshJob | Should -BeNullOrEmpty
        Get-RawCrontab | Should -Be ([IO.File]::ReadAllBytes($others))
        Get-ChildItem (Join-Path $env:AGENTDOM_HOME 'jobs') -Filter 'check-*' | Should -BeNullOrEmpty
    }

    It 'is refused if the key of the vault is only in the environment' {
        $before = $env:AGENTDOM_HOME
        $env:AGENTDOM_HOME = Join-Path $TestDrive 'keyless'
        $env:AGENTDOM_VAULT_KEY = 'a key that lies in no file, of 32 bytes and more'
        try {
            Set-AtpSecret $h $secret
            $null = Request-AtpToken $h -Scope data.read
            { Register-AtpRefreshJob -Scheduler Cron } | Should -Throw '*AGENTDOM_VAULT_KEY*' -ErrorId 'AtpJobWouldFail,*'
        }
        finally {
            $env:AGENTDOM_VAULT_KEY = $null
            $env:AGENTDOM_HOME = $before
        }
    }

    It 'warns if there are no tokens yet and the secret is only in the environment' {
        $null = Revoke-AtpToken $h
        Remove-AtpSecret $h
        $env:AGENTDOM_ATP_SECRET = $issuer.Secret
        $null = Register-AtpRefreshJob -Scheduler Cron -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Match 'AGENTDOM_ATP_SECRET.*Set-AtpSecret'
        Get-AtpRefreshJob | Should -HaveCount 1
    }

    It 'is not registered with -WhatIf' {
        Register-AtpRefreshJob -Scheduler Cron -WhatIf
        Get-AtpRefreshJob | Should -BeNullOrEmpty
    }

    It 'is removed without changing other lines' {
        $null = Register-AtpRefreshJob -Scheduler Cron
        Unregister-AtpRefreshJob
        Get-RawCrontab | Should -Be ([IO.File]::ReadAllBytes($others))
        Get-ChildItem (Join-Path $env:AGENTDOM_HOME 'jobs') | Should -BeNullOrEmpty
        { Unregister-AtpRefreshJob -ErrorAction Stop } | Should -Throw -ErrorId 'AtpJobNotFound,*'
    }

    It 'moves when another scheduler is chosen' {
        $null = Register-AtpRefreshJob -Scheduler Cron
        Register-AtpRefreshJob -Scheduler InProcess | ForEach-Object Scheduler | Should -Be 'InProcess'
        Get-RawCrontab | Should -Be ([IO.File]::ReadAllBytes($others))
    }

    It 'renews by a running cron daemon' -Tag Slow {
        $daemon = Get-Command cron -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
        if (-not $daemon -or (id -u) -ne 0) {
            Set-ItResult -Skipped -Because 'no cron daemon can be started here'
            return
        }
        $null = Register-AtpRefreshJob -Scheduler Cron -Interval 00:01:00
        # If cron is already running, this one exits by itself.
        $running = Start-Process $daemon.Source -ArgumentList '-f' -PassThru -RedirectStandardError (Join-Path $TestDrive 'cron.err')
        try {
            $end = [DateTime]::UtcNow.AddMinutes(2)
            while (-not (Get-AtpRefreshJob).LastRun -and [DateTime]::UtcNow -lt $end) { Start-Sleep -Milliseconds 500 }
            (Get-AtpRefreshJob).LastOutcome | Should -Be 'Succeeded'
            (Get-AtpRefreshJob).LastRenewed | Should -Be 1
            (Get-AtpRefreshJob).Problem | Should -BeNullOrEmpty
        }
        finally {
            if (-not $running.HasExited) { Stop-Process -Id $running.Id }
        }
    }
}

Describe 'The refresh job in this process' {
    BeforeEach {
        $env:AGENTDOM_ATP_SECRET = $issuer.Secret
        $null = Request-AtpToken $h -Scope data.read -WarningAction SilentlyContinue
    }

    AfterEach {
        Import-Module $manifest
        if (Get-AtpRefreshJob) { Unregister-AtpRefreshJob }
        $env:AGENTDOM_ATP_SECRET = $null
    }

    It 'renews, reports the outcome, and stops with the module' {
        $before = Get-StoredToken
        $job = Register-AtpRefreshJob -Scheduler InProcess
        while (-not $job.LastRun) {
            Start-Sleep -Milliseconds 100
            $job = Get-AtpRefreshJob
        }
        $job.LastErrors | Should -BeNullOrEmpty
        $job.LastOutcome | Should -Be 'Succeeded'
        $job.LastRenewed | Should -Be 1
        Get-StoredToken | Should -Not -Be $before

        Remove-Module Agentdom

        (Get-Runspace).Name | Should -Not -Contain 'Agentdom refresh'
        Import-Module $manifest
        Get-AtpRefreshJob | Should -BeNullOrEmpty
    }

    It 'continues if another runspace removes the module' {
        $null = Register-AtpRefreshJob -Scheduler InProcess
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$manifest'; Remove-Module Agentdom").Invoke()
        $shell.Runspace.Dispose()
        Get-AtpRefreshJob | Should -HaveCount 1
    }

    It 'is there once' {
        $null = Register-AtpRefreshJob -Scheduler InProcess
        Register-AtpRefreshJob -Scheduler InProcess -Interval 00:10:00 | Should -HaveCount 1
        (Get-Runspace | Where-Object Name -EQ 'Agentdom refresh') | Should -HaveCount 1
    }

    It 'refuses an interval that no scheduler can keep' {
        { Register-AtpRefreshJob -Scheduler InProcess -Interval 00:00:30 } | Should -Throw -ErrorId 'AtpIntervalInvalid,*'
        { Register-AtpRefreshJob -Scheduler InProcess -Interval 02:00:00 } | Should -Throw -ErrorId 'AtpIntervalInvalid,*'
    }
}
