# Needs Pester 5. The issuer is samples/Issuer, with its agents in an SQLite file.
BeforeAll {
    Import-Module "$PSScriptRoot/../../tests/Pester/Issuer.psm1"
    # This is the module built from the same clone. In your own repository, use Import-Module Agentdom.
    Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1" -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_VAULT', 'AGENTDOM_KEYCHAIN', 'AGENTDOM_ATP_SECRET', 'ATP_ADMIN_KEY') {
        $kept[$name] = [Environment]::GetEnvironmentVariable($name)
    }
    $env:AGENTDOM_HOME = "$TestDrive/agentdom"
    $env:AGENTDOM_VAULT = 'Agentdom'
    $env:AGENTDOM_KEYCHAIN = 'off'
    $env:AGENTDOM_ATP_SECRET = $null
    $env:ATP_ADMIN_KEY = New-AtpSecret -AsPlainText
    $issuer = Start-TestIssuer @{ ATP_STATE = "agents:$TestDrive/agents.db"; ATP_ADMIN_KEY = $env:ATP_ADMIN_KEY }

    $script = "$PSScriptRoot/Set-AgentAccess.ps1"
    $here = @{ Uri = "http://$($issuer.Name)/agents"; Confirm = $false }
    $agents = 0

    function Register-Agent([hashtable] $With = @{}) {
        $id = "agent-$((++$script:agents))"
        & $script $id -Register -Scope data.read @With @here
    }

    function Send-Administration([string] $Path) {
        $headers = @{ Authorization = "Bearer $env:ATP_ADMIN_KEY" }
        $null = Invoke-RestMethod "$($here.Uri)/$Path" -Method Post -Body '{}' -ContentType application/json -Headers $headers
    }

    # The outcome for the agent: the type of its token, or the id of the error.
    function Request-Token($Agent, $Secret = $Agent.Secret, $Scope = 'data.read') {
        try {
            (Request-AtpToken $issuer.Name -Scope $Scope -AgentId $Agent.AgentId -Secret $Secret -NoPersist).TokenType
        }
        catch { $_.FullyQualifiedErrorId -replace ',.*' }
    }
}

AfterAll {
    Stop-TestIssuer $issuer
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'Set-AgentAccess.ps1' -Skip:($PSVersionTable.PSVersion -lt '7.4') {
    It 'registers an agent, whose secret requests its scopes and no others' {
        $agent = Register-Agent @{ DisplayName = "N$([char] 0xE4)chtlicher Abgleich" }
        $agent.DisplayName | Should -Be "N$([char] 0xE4)chtlicher Abgleich"
        $agent.Scopes | Should -Be 'data.read'
        $agent.Disabled | Should -BeFalse
        $agent.Secret | Should -BeOfType securestring
        Request-Token $agent | Should -Be 'Bearer'
        Request-Token $agent -Scope data.write | Should -Be 'AtpScopeDenied'
        # The secret that all agents shared is not this agent's.
        Request-Token $agent ([Net.NetworkCredential]::new('', $issuer.Secret).SecurePassword) | Should -Be 'AtpSignatureRefused'
    }

    It 'passes lifetime and limit on' {
        $agent = Register-Agent @{ MaxTokenLifetime = '0:01:00'; RequestsPerMinute = 5 }
        (Request-AtpToken $issuer.Name -Scope data.read -AgentId $agent.AgentId -Secret $agent.Secret -NoPersist).ExpiresIn |
            Should -BeLessOrEqual 60
    }

    It 'registers an agent that goes on with its older secret' {
        $older = New-AtpSecret
        $agent = Register-Agent @{ OlderSecret = $older; OlderSecretExpiresAt = [DateTimeOffset]::Now.AddHours(1) }
        Request-Token $agent | Should -Be 'Bearer'
        Request-Token $agent $older | Should -Be 'Bearer'
    }

    It 'rotates a secret, and the older one stays valid for the overlap' {
        $agent = Register-Agent
        $rotated = & $script $agent.AgentId -RotateSecret -Overlap 1:00:00 @here
        $rotated.OlderSecretsExpireAt | Should -BeGreaterThan ([DateTime]::UtcNow.AddMinutes(59))
        Request-Token $rotated | Should -Be 'Bearer'
        Request-Token $agent | Should -Be 'Bearer'
        $last = & $script $agent.AgentId -RotateSecret -Overlap 0 @here
        Request-Token $last | Should -Be 'Bearer'
        Request-Token $agent | Should -Be 'AtpSignatureRefused'
        Request-Token $rotated | Should -Be 'AtpSignatureRefused'
    }

    It 'does not take an overlap of five for none' {
        $agent = Register-Agent
        { & $script $agent.AgentId -RotateSecret -Overlap 5 @here } | Should -Throw '*0:05:00*'
        Request-Token $agent | Should -Be 'Bearer'
    }

    It 'shuts an agent out at once, and lets it in again without its old tokens' {
        $agent = Register-Agent
        $token = Request-AtpToken $issuer.Name -Scope data.read -AgentId $agent.AgentId -Secret $agent.Secret -NoPersist
        Test-AtpToken $issuer.Name -Token $token.AccessToken -Quiet | Should -BeTrue

        (& $script $agent.AgentId -ShutOut @here).Disabled | Should -BeTrue
        Request-Token $agent | Should -Be 'AtpSignatureRefused'
        Test-AtpToken $issuer.Name -Token $token.AccessToken -Quiet | Should -BeFalse

        (& $script $agent.AgentId -LetIn @here).Disabled | Should -BeFalse
        Request-Token $agent | Should -Be 'Bearer'
        Test-AtpToken $issuer.Name -Token $token.AccessToken -Quiet | Should -BeFalse
    }

    It 'lets an agent in without the tokens that it got after it was shut out' {
        $agent = Register-Agent
        $null = & $script $agent.AgentId -ShutOut @here
        # Another node that has not noticed it yet would issue a token. Here the agent is enabled for a moment.
        Send-Administration "$($agent.AgentId)/enable"
        # Within the second in which tokens were made invalid, the agent is asked to wait, and does.
        $token = Request-AtpToken $issuer.Name -Scope data.read -AgentId $agent.AgentId -Secret $agent.Secret -NoPersist
        Test-AtpToken $issuer.Name -Token $token.AccessToken -Quiet | Should -BeTrue
        Send-Administration "$($agent.AgentId)/disable"

        (& $script $agent.AgentId -LetIn @here).Disabled | Should -BeFalse
        Test-AtpToken $issuer.Name -Token $token.AccessToken -Quiet | Should -BeFalse
        Request-Token $agent | Should -Be 'Bearer'
    }

    It 'creates an API key, whose tokens are good until it is ended' {
        $agent = Register-Agent @{ DefaultScope = 'data.read' }
        $first = & $script $agent.AgentId -NewApiKey @here
        $first.ApiKey | Should -BeOfType securestring
        $first.ApiKeyIds | Should -Be $first.ApiKeyId
        $headers = @{ Authorization = "Bearer $([Net.NetworkCredential]::new('', $first.ApiKey).Password)" }
        $issued = Invoke-RestMethod "http://$($issuer.Name)/v1/agent-tokens/managed" -Method Post -Headers $headers
        $issued.scopes | Should -Be 'data.read'
        $token = [Net.NetworkCredential]::new('', $issued.token).SecurePassword
        Test-AtpToken $issuer.Name -Token $token -Quiet | Should -BeTrue

        $second = & $script $agent.AgentId -NewApiKey -AsPlainText @here
        $second.ApiKey | Should -Match '^atpk_[A-Za-z0-9_-]{43}$'
        (& $script $agent.AgentId -EndApiKey $first.ApiKeyId @here).ApiKeyIds | Should -Be $second.ApiKeyId
        Test-AtpToken $issuer.Name -Token $token -Quiet | Should -BeFalse
        { & $script $agent.AgentId -EndApiKey $first.ApiKeyId @here } | Should -Throw '*status 404*API key*'
        { & $script $agent.AgentId -EndApiKey other @here } | Should -Throw '*16 hex digits*'
    }

    It 'returns the secret as plain text only with -AsPlainText' {
        $agent = Register-Agent @{ AsPlainText = $true }
        $agent.Secret | Should -Match '^[A-Za-z0-9_-]{43}$'
        "$(Register-Agent | Format-List | Out-String)" | Should -Match 'System.Security.SecureString'
    }

    It 'takes the key as a SecureString too, and says that a wrong one is not accepted' {
        $key = [Net.NetworkCredential]::new('', $env:ATP_ADMIN_KEY).SecurePassword
        (Register-Agent @{ Key = $key }).AgentId | Should -Match '^agent-'
        { Register-Agent @{ Key = New-AtpSecret } } | Should -Throw '*status 401*The key is not accepted*'
    }

    It 'says what the issuer says' {
        $agent = Register-Agent
        { & $script $agent.AgentId -Register -Scope data.read @here } | Should -Throw '*status 409*There is an agent with this id already*'
        { & $script another -Register -Scope data.erase @here } | Should -Throw "*status 400*'data.erase'*"
        { & $script nobody -RotateSecret @here } | Should -Throw '*status 404*There is no registered agent with this id.*'
        { & $script nobody -LetIn -Uri "http://$($issuer.Name)/elsewhere" -Confirm:$false } | Should -Throw '*status 404*Check -Uri.*'
        { & $script nobody -LetIn -Uri 'http://127.0.0.1:1/agents' -Confirm:$false } | Should -Throw '*No answer from 127.0.0.1:1.*'
    }

    It 'never shows a secret or the key in an error' {
        $older = 'short-and-secret'
        $short = [Net.NetworkCredential]::new('', $older).SecurePassword
        $Error.Clear()
        $errors = try { Register-Agent @{ OlderSecret = $short } } catch { "$_" }
        $errors += try { & $script a -Register -Scope data.read -OlderSecret $short -Uri http://127.0.0.1:1 -Confirm:$false } catch { "$_" }
        $errors += $Error | ForEach-Object { $_ | Format-List * -Force; $_.TargetObject | Format-List * -Force } | Out-String -Width 4096
        $errors | Should -Match 'The older secret has 16 bytes'
        $errors | Should -Not -Match $older
        $errors | Should -Not -Match ([regex]::Escape($env:ATP_ADMIN_KEY))
    }

    It 'sends the key only over https, except on this machine' {
        { & $script a -LetIn -Uri 'http://issuer.example.com/agents' -Confirm:$false } | Should -Throw '*must begin with https://*'
        { & $script a -LetIn -Uri 'ftp://127.0.0.1/agents' -Confirm:$false } | Should -Throw '*must begin with https://*'
    }

    It 'refuses an id that no address can have' -ForEach '..', 'a/b', 'a b', '' {
        { & $script $_ -LetIn @here } | Should -Throw
    }

    It 'needs a key' {
        $key = $env:ATP_ADMIN_KEY
        try {
            $env:ATP_ADMIN_KEY = $null
            { & $script a -LetIn @here } | Should -Throw '*ATP_ADMIN_KEY*'
        }
        finally { $env:ATP_ADMIN_KEY = $key }
    }

    It 'does nothing with -WhatIf' {
        $agent = Register-Agent
        & $script $agent.AgentId -ShutOut @here -WhatIf | Should -BeNullOrEmpty
        Request-Token $agent | Should -Be 'Bearer'
    }
}
