BeforeDiscovery {
    # .NET Framework cannot start the child processes in this way.
    $old = $PSVersionTable.PSEdition -eq 'Desktop'
    $runners = @(
        @{ Runner = 'GitHub Actions'; Set = @{ GITHUB_ACTIONS = 'true' }; Command = '::add-mask::' }
        @{ Runner = 'Azure Pipelines'; Set = @{ TF_BUILD = 'True' }; Command = '##vso[task.setsecret]' }
    )
}

BeforeAll {
    Import-Module "$PSScriptRoot/ThrowawayHome.psm1" -Force
    Import-Module "$PSScriptRoot/Issuer.psm1" -Force
    $issuer = Start-TestIssuer
    $h = $issuer.Name
    function New-Runner([hashtable] $Set = @{}) {
        $all = @{ AGENTDOM_ATP_SECRET = $issuer.Secret; AGENTDOM_KEYCHAIN = 'off'; GITHUB_ACTIONS = ''; TF_BUILD = '' }
        foreach ($name in $Set.Keys) { $all[$name] = $Set[$name] }
        New-ThrowawayHome (Join-Path $TestDrive ([guid]::NewGuid())) $all
    }
}

AfterAll {
    Stop-TestIssuer $issuer
}

Describe 'On <Runner>' -ForEach $runners -Skip:$old {
    BeforeAll {
        $step = New-Runner $Set
        $null = Invoke-InHome $step "`$null = Request-AtpToken $h -Scope data.read"
    }

    It 'a token is masked before it is written' {
        $mask, $token, $more = Invoke-InHome $step "Get-AtpToken $h -AsPlainText"
        $token | Should -Match '^eyJ'
        $mask | Should -BeExactly ($Command + $token)
        $more | Should -BeNullOrEmpty
    }

    It 'a new secret is masked before it is written' {
        $mask, $secret, $more = Invoke-InHome $step 'New-AtpSecret -AsPlainText'
        $mask | Should -BeExactly ($Command + $secret)
        $more | Should -BeNullOrEmpty
    }

    It 'a variable contains only the token, and the runner still gets the command' {
        $mask, $count, $length = Invoke-InHome $step "`$t = Get-AtpToken $h -AsPlainText *>&1; @(`$t).Count; `$t.Length"
        $mask | Should -Match ('^' + [regex]::Escape($Command) + 'eyJ')
        $count | Should -Be 1
        $length | Should -Be ($mask.Length - $Command.Length)
    }

    It 'the command is on a separate line for GitHub' {
        $lines = @(Invoke-InHome $step "Write-Host 'Asking...' -NoNewline; `$t = Get-AtpToken $h -AsPlainText")
        if ($Set.GITHUB_ACTIONS) { $lines[0] | Should -Be 'Asking...' }
        $lines[-1] | Should -Match ([regex]::Escape($Command) + 'eyJ')
    }

    It 'no transcript contains it' {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).txt"
        $lines = @(Invoke-InHome $step ("`$null = Start-Transcript '$file'; 'said'; " +
            "`$t = Get-AtpToken $h -AsPlainText; `$null = Stop-Transcript"))
        $lines[-1] | Should -Match ([regex]::Escape($Command) + 'eyJ')
        $kept = Get-Content $file -Raw
        $kept | Should -Match 'said'
        $kept | Should -Not -Match 'eyJ|mask|setsecret'
    }

    It 'nothing is written for a SecureString' {
        Invoke-InHome $step "`$t = Get-AtpToken $h; `$s = New-AtpSecret; 'done'" | Should -Be 'done'
    }

    It 'each of many tokens is masked before it is written' {
        $null = Invoke-InHome $step "`$null = Request-AtpToken $h -Scope data.write"
        $first, $one, $second, $two = Invoke-InHome $step 'Get-AtpToken | Get-AtpToken -AsPlainText'
        $first, $second | Should -BeExactly ($Command + $one), ($Command + $two)
    }
}

Describe 'The command' -Skip:$old {
    BeforeAll {
        # No cmdlet outputs such a text today: tokens have one line, and new secrets have letters and digits only.
        $odd = "`$mask = [Agentdom.AtpToken].Assembly.GetType('Agentdom.CiMask').GetMethod('Add', [Reflection.BindingFlags] 'NonPublic, Static'); " +
            "`$mask.Invoke(`$null, @(`"one 100% %0A`r`n`r`n two]`"))"
    }

    It 'is one for each line, written as GitHub reads it' {
        Invoke-InHome (New-Runner @{ GITHUB_ACTIONS = 'true' }) $odd | Should -BeExactly '::add-mask::one 100%25 %250A', '::add-mask:: two]'
    }

    It 'is one for each line, written as Azure reads it' {
        Invoke-InHome (New-Runner @{ TF_BUILD = 'True' }) $odd |
            Should -BeExactly '##vso[task.setsecret]one 100%AZP25 %AZP250A', '##vso[task.setsecret] two]'
    }
}

Describe 'Anywhere else' -Skip:$old {
    It 'is none if <Where>' -ForEach @(
        @{ Where = 'no runner is named'; Set = @{} }
        @{ Where = 'both say no'; Set = @{ GITHUB_ACTIONS = 'false'; TF_BUILD = '0' } }
        @{ Where = 'the runner is another'; Set = @{ CI = 'true' } }
    ) {
        $lines = Invoke-InHome (New-Runner $Set) ("`$null = Request-AtpToken $h -Scope data.read; " +
            "Get-AtpToken $h -AsPlainText; New-AtpSecret -AsPlainText")
        $lines | Should -HaveCount 2
        $lines[0] | Should -Match '^eyJ'
        $lines[1] | Should -Match '^[\w-]{43}$'
    }
}
