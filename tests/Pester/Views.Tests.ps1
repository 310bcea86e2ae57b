BeforeDiscovery {
    $script:noColour = $null -eq (Get-Variable PSStyle -ErrorAction Ignore)
}

BeforeAll {
    Import-Module "$PSScriptRoot/Shell.psm1"
    Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1" -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_ATP_SECRET') { $kept[$name] = [Environment]::GetEnvironmentVariable($name) }
    $env:AGENTDOM_HOME = Join-Path $TestDrive 'home'
    $env:AGENTDOM_ATP_SECRET = $null
    $rendering = if ($PSStyle) { $PSStyle.OutputRendering }

    # A token that has expired and a valid one, one after the other, because a process can only have one server.
    function New-Token($lifetime, $purpose, $scopes = 'data.read') {
        Stop-AtpServer
        $script:server = Start-AtpServer -TokenLifetime $lifetime
        Request-AtpToken $server -Scope $scopes -Purpose $purpose -NoPersist
    }
    $expired = New-Token 00:00:01 'Gone'
    do { Start-Sleep -Milliseconds 100 } while ($expired.TimeLeft -gt 0)
    $valid = New-Token 02:08:00 'Sync dashboard' data.read, data.write

    function Render([Parameter(ValueFromPipeline)] $what) {
        begin { $all = @() }
        process { $all += , $what }
        end { ($all | Out-String -Width 200) -replace '\r' }
    }
    function Lines($text) { $text -split "`n" | ForEach-Object TrimEnd | Where-Object { $_ } }
}

AfterAll {
    Stop-AtpServer
    if ($PSStyle) { $PSStyle.OutputRendering = $rendering }
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'In plain text' {
    BeforeAll { if ($PSStyle) { $PSStyle.OutputRendering = 'PlainText' } }

    It 'a token is a line with the time left' {
        $lines = Lines ($valid, $expired | Render)
        $lines[0] | Should -Match '^Host +Scopes +Time left Purpose +Vault$'
        $lines[2] | Should -Match "^$($valid.Host) +data\.read data\.write +2h \dm Sync dashboard$"
        $lines[3] | Should -Match "^$($expired.Host) +data\.read +expired Gone$"
        $lines[2].IndexOf('m Sync') + 1 | Should -Be ($lines[3].IndexOf('expired') + 7) -Because 'times are aligned at their right'
    }

    It 'a token as a list names its properties and not the token' {
        $lines = Lines ($valid | Format-List | Render)
        $lines | Should -Contain 'ScopesGranted   : data.read data.write'
        $lines -match '^TimeLeft        : 2h \dm$' | Should -HaveCount 1
        $lines -match '^ExpiresAt +: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(in 2h \dm\)$' | Should -HaveCount 1
        $lines | Should -Contain 'AccessToken     : System.Security.SecureString'
        $labels = $lines -replace ' *:.*'
        $labels | Should -BeIn ($valid | Get-Member -MemberType Property).Name
    }

    It 'tokens in a wide list show host and scopes' {
        $expired, $valid | Format-Wide -Column 2 | Render | Should -Match "$($expired.Host) \(data\.read\) +$($valid.Host) \(data\.read data\.write\)"
    }

    It 'the state of a token shows which is valid' {
        $states = (Test-AtpToken $server -Token $valid -Scope data.read, data.write), (Test-AtpToken $server -Token $expired -Scope data.read)
        $lines = Lines ($states | Render)
        $lines[0] | Should -Match '^Host +Scopes +Valid +Time left$'
        $lines[2] | Should -Match "^$server +data\.read data\.write +True +2h \dm$"
        $lines[3] | Should -Match "^$server +data\.read +False$"
    }

    It 'the claims of a token are a list, or a line on request' {
        $lines = Lines ($valid | ConvertFrom-AtpToken | Render)
        $lines | Should -Contain 'Verified  : False'
        $lines | Should -Contain 'Scopes    : data.read data.write'
        $lines | Should -Contain 'Purpose   : Sync dashboard'
        $lines -match '^ExpiresAt : .*\(in 2h \dm\)$' | Should -HaveCount 1
        (Lines ($valid | ConvertFrom-AtpToken | Format-Table | Render))[2] | Should -Match '^agentdom data\.read data\.write False +2h \dm Sync dashboard$'
    }

    It 'a manifest, a server, an identity and a signature show what they are for' {
        (Lines (Get-AtpManifest $server | Render))[2] | Should -Match "^$server +data\.read data\.write +http://$server/v1/agent-tokens$"
        Lines (Get-AtpManifest $server | Format-List | Render) | Should -Contain 'Scopes         : data.read data.write'
        (Lines ($server | Render))[2] | Should -Match "^$server +data\.read data\.write +2h 8m +(now|\d+[sm] ago)$"
        Lines ($server | Format-List | Render) | Should -Contain 'Secret        : System.Security.SecureString'
        Lines (Get-AgentId | Render) | Should -Contain "Id       : $((Get-AgentId).Id)"
        $signature = New-AtpSignature @{ a = 'x' * 100 } $server.Secret
        Lines ($signature | Render) | Should -Contain "Signature     : $signature"
    }

    It 'a revocation is a line' {
        $null = Request-AtpToken $server data.read -WarningAction Ignore -Vault Agentdom
        $lines = Lines (Revoke-AtpToken $server -Vault Agentdom | Render)
        $lines[0] | Should -Match '^Host +Scopes +Revoked at issuer +Removed from vault$'
        $lines[2] | Should -Match "^$server +data\.read +True +True$"
    }

    It 'the job says when it runs' {
        $job = Register-AtpRefreshJob -Interval 00:30:00 -Scheduler InProcess -Vault Agentdom
        try {
            $lines = Lines ($job | Render)
            $lines[0] | Should -Match '^Scheduler +Every +Last run +Outcome +Renewed +Next run +Errors$'
            $lines[2] | Should -Match '^InProcess +30m'
            Lines ($job | Format-List | Render) | Should -Contain 'Command     : Update-AtpToken -All'
        }
        finally { Unregister-AtpRefreshJob }
    }

    It 'nothing is coloured, and nothing secret is shown' {
        $secret = [pscredential]::new('x', $server.Secret).GetNetworkCredential().Password
        $plain = [pscredential]::new('x', $valid.AccessToken).GetNetworkCredential().Password
        foreach ($view in 'Format-Table', 'Format-List', 'Format-Wide') {
            $text = @($valid, $expired, $server, (Test-AtpToken $server -Token $valid), ($valid | ConvertFrom-AtpToken)) | ForEach-Object { $_ | & $view | Render }
            $text -join '' | Should -Not -Match ([char] 27)
            $text -join '' | Should -Not -Match ([regex]::Escape($secret) + '|' + [regex]::Escape($plain))
        }
    }
}

Describe 'In colour' -Skip:$noColour {
    BeforeAll {
        $PSStyle.OutputRendering = 'Ansi'
        $green, $yellow, $red, $reset = $PSStyle.Foreground.Green, $PSStyle.Formatting.Warning, $PSStyle.Formatting.Error, $PSStyle.Reset
        function Strip($text) { $text -replace '\x1b\[[0-9;]*m' }
    }

    It 'success, failure and warning differ' {
        $text = $valid, $expired | Render
        $text | Should -Match ([regex]::Escape($green) + '2h \dm' + [regex]::Escape($reset))
        $text | Should -Match ([regex]::Escape("${red}expired$reset"))
        $valid, $expired | Format-Wide | Render | Should -Match ([regex]::Escape("$red$expired$reset"))
        Test-AtpToken $server -Token $expired | Render | Should -Match ([regex]::Escape("${red}False$reset"))
        $valid | ConvertFrom-AtpToken | Render | Should -Match ([regex]::Escape("${yellow}False$reset"))
    }

    It 'the columns have the same positions as without colour' {
        $coloured = $valid, $expired | Render
        $PSStyle.OutputRendering = 'PlainText'
        try { (Lines (Strip $coloured)) | Should -Be (Lines ($valid, $expired | Render)) }
        finally { $PSStyle.OutputRendering = 'Ansi' }
    }

    It 'output for another program has none' {
        $before = @{ NO_COLOR = $env:NO_COLOR; TERM = $env:TERM }
        $env:NO_COLOR, $env:TERM = $null, 'xterm'
        try {
            $manifest = (Get-Module Agentdom).Path -replace 'dll$', 'psd1'
            $text = Invoke-Shell -NoProfile -NonInteractive -Command ("`$PSStyle.OutputRendering; Import-Module '$manifest'; " +
                'Request-AtpToken (Start-AtpServer) data.read -NoPersist')
        }
        finally { foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) } }
        $text[0] | Should -Be Host -Because 'the test is about that setting'
        $text -match 'data\.read' | Should -HaveCount 1
        $text -match 'data\.read' | Should -Not -Match ([char] 27)
    }
}

Describe 'In ConstrainedLanguage, which an administrator may require' {
    BeforeAll {
        $manifest = (Get-Module Agentdom).Path -replace 'dll$', 'psd1'
        # One line for each object and view, without the times that pass between two calls.
        $show = {
            $all | ForEach-Object { $_ | Format-Table | Out-String -Width 300; $_ | Format-List | Out-String -Width 300; $_ | Format-Wide | Out-String } |
                ForEach-Object { $_ -replace '(in )?\b\d+[smhd]\b( \d+[smhd]\b)?( ago)?|\bnow\b', '#' -replace '[ -]+', ' ' -replace '\s*\r?\n\s*', '|' } |
                # Two neighbouring columns, such as 1h and 2s ago, look like one time.
                ForEach-Object { $_ -replace '# #', '#' }
        }
        $lines = Invoke-Shell -NoProfile -NonInteractive -Command @"
            Import-Module '$manifest'
            `$server = Start-AtpServer
            `$token = Request-AtpToken `$server data.read -WarningAction Ignore -Vault Agentdom
            `$all = @(`$token; `$server; Get-AtpManifest `$server; Test-AtpToken `$server -Token `$token; `$token | ConvertFrom-AtpToken; Get-AgentId
                New-AtpSignature @{ a = 1 } `$server.Secret; Register-AtpRefreshJob -Scheduler InProcess -Vault Agentdom
                Revoke-AtpToken `$server -Vault Agentdom)
            $show
            `$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
            try { [IO.Path]::GetTempPath() } catch { 'constrained' }
            $show
            (TabExpansion2 'Get-AtpToken -Sc').CompletionMatches.CompletionText
            (Get-Help Get-AtpToken).Synopsis
"@
        $at = [array]::IndexOf([string[]] $lines, 'constrained')
    }

    It 'every view of every object is as in full language' {
        $at | Should -Be 27
        $lines[0..26] -match 'TimeLeft : #' | Should -HaveCount 1
        $lines[28..54] | Should -Be $lines[0..26]
    }

    It 'Tab and help work' {
        $lines[55] | Should -Be '-Scope'
        $lines[56] | Should -Be (Get-Help Get-AtpToken).Synopsis
    }

    It 'no view adds anything to what an object is' {
        $own = $valid.GetType().GetProperties().Name
        ($valid | Select-Object *).psobject.Properties.Name | Should -BeIn $own
        ($valid | ConvertTo-Json -Depth 1 -WarningAction Ignore | ConvertFrom-Json).psobject.Properties.Name | Should -BeIn $own
    }
}
