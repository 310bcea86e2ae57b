BeforeAll {
    Import-Module "$PSScriptRoot/Shell.psm1"
    Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1" -Force
    Import-Module "$PSScriptRoot/Issuer.psm1" -Force
    $kept = @{ AGENTDOM_HOME = $env:AGENTDOM_HOME; AGENTDOM_ATP_SECRET = $env:AGENTDOM_ATP_SECRET }
    $env:AGENTDOM_HOME = Join-Path $TestDrive 'home'
    $issuer = Start-TestIssuer
    $env:AGENTDOM_ATP_SECRET = $issuer.Secret
    $h = $issuer.Name
}

AfterAll {
    Stop-TestIssuer $issuer
    foreach ($name in $kept.Keys) { Set-Item "env:$name" $kept[$name] }
}

Describe 'A token' {
    BeforeEach {
        $t = Request-AtpToken $h -Scope data.read -Purpose 'Sync dashboard' -WarningAction SilentlyContinue
        $call = @{ Uri = "http://$h/data"; Authentication = 'Bearer'; Token = $t.AccessToken; AllowUnencryptedAuthentication = $true }
    }

    It 'lets a script in until it is revoked' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        (Invoke-RestMethod @call).agent | Should -Be (Get-AgentId).Id
        (Revoke-AtpToken $h).RevokedAtIssuer | Should -BeTrue
        { Invoke-RestMethod @call } | Should -Throw '*401*'
    }

    It 'is known to the issuer until it is revoked' {
        $t | Test-AtpToken -Quiet | Should -BeTrue
        Revoke-AtpToken $h | Out-Null
        (Test-AtpToken $h -Token $t.AccessToken).Valid | Should -BeFalse
    }

    It 'is taken from a file that Export-Clixml wrote, as an object and as its property' {
        $t | Export-Clixml "$TestDrive/token.xml"
        (Import-Clixml "$TestDrive/token.xml" | ConvertFrom-AtpToken).Purpose | Should -Be 'Sync dashboard'
        Import-Clixml "$TestDrive/token.xml" | Test-AtpToken -Quiet | Should -BeTrue
    }

    It 'is not in any error if it is plain text' {
        $plain = Get-AtpToken $h -AsPlainText
        foreach ($call in { $plain | ConvertFrom-AtpToken }, { ConvertFrom-AtpToken @{ token = $plain } }, { $plain | Set-AtpSecret $h }) {
            $failure = $(try { & $call } catch { $_ }) 2>&1
            $failure.FullyQualifiedErrorId | Should -BeLike 'AtpPlainTextRefused,*'
            $failure | Get-Error | Out-String -Width 4000 | Should -Not -Match ([regex]::Escape($plain))
            "$($failure.TargetObject)" | Should -Not -Match 'eyJ'
        }
    }

    It 'is found again in another process' {
        $manifest = (Get-Module Agentdom).Path -replace 'dll$', 'psd1'
        $found = Invoke-Shell -NoProfile -NonInteractive -Command "Import-Module '$manifest'; Get-AtpToken $h -AsPlainText"
        $found | Should -Be (Get-AtpToken $h -AsPlainText)
    }

    It 'shows as a table with host, scopes and time left, and never the token' {
        $table = $t | Format-Table | Out-String -Width 200
        $table | Should -Match 'Host +Scopes +Time left'
        $table | Should -Match "$h +data\.read +(59m|1h) "
        $views = $table, ($t | Format-List * | Out-String), ($t | Out-String), "$t",
            ($t | ConvertTo-Json -WarningAction SilentlyContinue)
        foreach ($view in $views) {
            $view | Should -Not -Match 'eyJ'
        }
    }

    It 'can be used in parallel' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        1..4 | ForEach-Object -Parallel {
            Invoke-RestMethod "http://$using:h/data" -Authentication Bearer -Token ($using:t).AccessToken -AllowUnencryptedAuthentication
        } | Should -HaveCount 4
    }
}

Describe 'A failure' {
    It 'terminates the statement, so that a script can catch it' {
        $id = try { Request-AtpToken $h -Scope no.such.scope } catch { $_.FullyQualifiedErrorId }
        $id | Should -Be 'AtpScopeDenied,Agentdom.Commands.RequestAtpTokenCommand'
    }

    It 'respects -ErrorAction' {
        Get-AtpToken no-token.example -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -Be 'AtpTokenNotFound,Agentdom.Commands.GetAtpTokenCommand'
        { Get-AtpToken no-token.example -ErrorAction Stop } | Should -Throw '*No token is stored*'
    }

    It 'is one error of several in a pipeline' {
        $tokens = '127.0.0.1:1', $h | Request-AtpToken -Scope data.read -NoPersist -ErrorAction SilentlyContinue -ErrorVariable failed
        $tokens | Should -HaveCount 1
        $failed.FullyQualifiedErrorId | Should -Be 'AtpHostUnreachable,Agentdom.Commands.RequestAtpTokenCommand'
    }
}

Describe 'A signature' {
    It 'is the same for an object, a hashtable and their JSON' {
        $object = [pscustomobject]@{ b = 1; a = @('x', 2.5, $null, $true) }
        $table = @{ b = 1; a = @('x', 2.5, $null, $true) }
        $all = $object, $table, ($object | ConvertTo-Json) | New-AtpSignature
        $all.Signature | Select-Object -Unique | Should -HaveCount 1
        $all[0].CanonicalBody | Should -Be '{"a":["x",2.5,null,true],"b":1}'
        Test-AtpSignature $object $all[0] | Should -BeTrue
    }
}
