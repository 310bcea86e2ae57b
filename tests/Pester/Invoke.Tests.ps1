BeforeAll {
    Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1", "$PSScriptRoot/Issuer.psm1", "$PSScriptRoot/EchoApi.psm1" -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_VAULT', 'AGENTDOM_ATP_SECRET', 'AGENTDOM_ATP_HOSTS') {
        $kept[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $null)
    }
    $env:AGENTDOM_HOME = Join-Path $TestDrive 'home'
    $env:AGENTDOM_VAULT = 'Agentdom'
    $issuer = Start-TestIssuer @{ ATP_RATE_LIMIT = 'off' }
    $h = $issuer.Name
    $env:AGENTDOM_ATP_SECRET = $issuer.Secret
    $api = Start-EchoApi $h
    $u = "http://$($api.Name)"
    $scope = @{ Scope = 'data.read' }

    function Plain($hostName = $api.Name) { Get-AtpToken $hostName -Scope data.read -NoRefresh -AsPlainText }

    # Another issuer at the same port, as after a change of its key.
    function Switch-Issuer([hashtable] $settings) {
        Stop-TestIssuer $issuer
        $all = @{ ATP_SECRET = $env:AGENTDOM_ATP_SECRET; ATP_RATE_LIMIT = 'off' }
        foreach ($name in $settings.Keys) { $all[$name] = $settings[$name] }
        $issuer.Process = (Start-TestIssuer $all -Port $issuer.Name.Split(':')[1]).Process
    }

    function New-Key { [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes([guid]::NewGuid().ToString('N'))) }
}

AfterAll {
    Stop-EchoApi $api
    Stop-TestIssuer $issuer
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

BeforeDiscovery { $isOld = $PSVersionTable.PSEdition -eq 'Desktop' }

Describe 'A call' -Skip:$isOld {
    BeforeEach {
        $null = Get-AtpToken | Revoke-AtpToken -Confirm:$false
        $api.Requests.Clear()
        $api.Refused.Clear()
        $Error.Clear()
    }

    It 'requests a token, keeps it and attaches it' {
        (Invoke-AtpRestMethod "http://$h/data" -Scope data.read -Purpose 'Sync dashboard').agent | Should -Be (Get-AgentId).Id
        $token = Plain $h
        (Invoke-AtpRestMethod "http://$h/data").message | Should -Be 'Hello, agent.'
        (Invoke-AtpWebRequest "http://$h/data" @scope).StatusCode | Should -Be 200
        Plain $h | Should -Be $token
        (Get-AtpToken $h).Purpose | Should -Be 'Sync dashboard'
        $Error | Should -BeNullOrEmpty
    }

    It 'replaces a token that the API refuses after a change of the issuer''s key' {
        $null = Invoke-AtpRestMethod "http://$h/data" @scope
        $token = Plain $h
        Switch-Issuer @{ ATP_SIGNING_KEY = New-Key }
        (Invoke-AtpRestMethod "http://$h/data").agent | Should -Be (Get-AgentId).Id
        Plain $h | Should -Not -Be $token
        $Error | Should -BeNullOrEmpty
    }

    It 'sends the request once more after a 401, and no third time' {
        Invoke-AtpRestMethod $u/echo @scope | Out-Null
        $first = Plain
        $null = $api.Refused.Add("Bearer $first")
        (Invoke-AtpRestMethod $u/echo @scope -Method Post -Body 'the body').body | Should -Be 'the body'
        $api.Requests.Authorization | Should -Be "Bearer $first", "Bearer $first", "Bearer $(Plain)"
        Plain | Should -Not -Be $first
    }

    It 'gives a second 401 as the original does, and does not renew for it again' {
        $failure = try { Invoke-AtpRestMethod $u/never @scope } catch { $_ }
        $original = try { Invoke-RestMethod $u/never } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be $original.FullyQualifiedErrorId
        $failure.Exception | Should -BeOfType Microsoft.PowerShell.Commands.HttpResponseException
        $failure.Exception.Message | Should -Be $original.Exception.Message
        $failure.ErrorDetails.Message | Should -Be $original.ErrorDetails.Message
        $failure.InvocationInfo.PositionMessage | Should -Match 'Invoke-AtpRestMethod \$u/never'
        $api.Requests | Should -HaveCount 3
        $Error | Should -HaveCount 2
        $token = Plain
        { Invoke-AtpRestMethod $u/never @scope } | Should -Throw '*401*'
        $api.Requests | Should -HaveCount 4
        Plain | Should -Be $token
    }

    It 'gives the 401 and the reason if the token cannot be replaced' {
        $null = Invoke-AtpRestMethod "http://$h/data" @scope
        $other = New-Key
        Switch-Issuer @{ ATP_SECRET = $other }
        try {
            $failure = try { Invoke-AtpRestMethod "http://$h/data" -WarningVariable said -WarningAction SilentlyContinue } catch { $_ }
            $failure | Should -Match '401'
            $said | Should -Match 'could not be replaced.*signature'
            $secret = ConvertTo-SecureString $other -AsPlainText -Force
            (Invoke-AtpRestMethod "http://$h/data" -Secret $secret).message | Should -Be 'Hello, agent.'
        }
        finally { Switch-Issuer @{} }
    }

    It 'takes a purpose that is not set for none' {
        (Invoke-AtpRestMethod "http://$h/data" @scope -Purpose $env:AGENTDOM_NOT_SET).message | Should -Be 'Hello, agent.'
        (Request-AtpToken $h -Scope data.read -Purpose $env:AGENTDOM_NOT_SET).Purpose | Should -BeNullOrEmpty
    }

    It 'says what to do if there is no token, and needs the scopes to request one' {
        $failure = try { Invoke-AtpRestMethod $u/echo } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'AtpTokenNotFound,Agentdom.Commands.InvokeAtpRestMethodCommand'
        $failure.Exception.Message | Should -Match 'Use -Scope'
        $api.Requests | Should -BeNullOrEmpty
    }

    It 'sends no token to <Address>' -ForEach @(
        @{ Address = 'http://api.example.com/x'; Reason = '*plain http*' }
        @{ Address = 'api.example.com/x'; Reason = '*not an absolute https address*' }
        @{ Address = 'localhost:5001/x'; Reason = '*not an absolute https address*' }
        @{ Address = 'https://user:word@api.example.com/x'; Reason = '*removed*' }
    ) {
        $failure = try { Invoke-AtpRestMethod $Address @scope } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'AtpHostInvalid,Agentdom.Commands.InvokeAtpRestMethodCommand'
        $failure.Exception.Message | Should -BeLike $Reason
        "$failure $($failure.TargetObject)" | Should -Not -Match 'word'
    }

    It 'sends no token after a redirect with <Name>' -ForEach @(
        @{ Name = 'nothing'; More = @{} }
        @{ Name = '-PreserveHttpMethodOnRedirect'; More = @{ PreserveHttpMethodOnRedirect = $true } }
        @{ Name = '-AllowInsecureRedirect'; More = @{ AllowInsecureRedirect = $true } }
    ) {
        $PSDefaultParameterValues['Invoke-RestMethod:PreserveAuthorizationOnRedirect'] = $true
        try {
            foreach ($path in 'redirect', 'redirect/home') {
                $api.Requests.Clear()
                (Invoke-AtpRestMethod $u/$path @scope @More).path | Should -Be '/open'
                $api.Requests[0].Authorization | Should -Be "Bearer $(Plain)"
                $api.Requests[1].Authorization | Should -BeNullOrEmpty
            }
        }
        finally { $PSDefaultParameterValues.Remove('Invoke-RestMethod:PreserveAuthorizationOnRedirect') }
    }

    It 'does not renew if another host refuses it after a redirect' {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $token = Plain
        { Invoke-AtpRestMethod $u/redirect/refused @scope } | Should -Throw '*401*'
        Plain | Should -Be $token
        $api.Requests | Should -HaveCount 3
    }

    It 'sends a POST once if its answer redirects to the same path, which refuses a request without a token' {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $token = Plain
        $api.Requests.Clear()
        { Invoke-AtpRestMethod $u/created @scope -Method Post -Body order } | Should -Throw '*401*'
        $api.Requests.Method | Should -Be 'POST', 'GET'
        Plain | Should -Be $token
    }

    It 'with -SkipHttpErrorCheck does not repeat a POST that <Name> redirected' -ForEach @(
        @{ Name = 'Invoke-AtpRestMethod' }
        @{ Name = 'Invoke-AtpWebRequest' }
    ) {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $api.Requests.Clear()
        $null = & $Name $u/redirect/refused @scope -Method Post -Body x -PreserveHttpMethodOnRedirect -SkipHttpErrorCheck
        $api.Requests.Method | Should -Be 'POST', 'POST'
    }

    It 'uses no default value that was set for the original' {
        $other = "http://localhost:$($api.Port)"
        $session = [Microsoft.PowerShell.Commands.WebRequestSession]::new()
        $before = $PSDefaultParameterValues.Clone()
        $PSDefaultParameterValues['Invoke-RestMethod:WebSession'] = $session
        $PSDefaultParameterValues['Invoke-RestMethod:Headers'] = @{ Authorization = 'Bearer mine' }
        $PSDefaultParameterValues['Invoke-RestMethod:SkipHttpErrorCheck'] = $true
        $PSDefaultParameterValues['Invoke-RestMethod:UseDefaultCredentials'] = $true
        try {
            (Invoke-AtpRestMethod $u/echo @scope).path | Should -Be '/echo'
            { Invoke-AtpRestMethod $u/nothing @scope } | Should -Throw '*404*'
            $PSDefaultParameterValues['Invoke-RestMethod:SkipHttpErrorCheck'] | Should -BeTrue
            $PSDefaultParameterValues.ContainsKey('Disabled') | Should -BeFalse
        }
        finally {
            $PSDefaultParameterValues.Clear()
            foreach ($key in $before.Keys) { $PSDefaultParameterValues[$key] = $before[$key] }
        }
        $api.Requests.Authorization | Select-Object -Unique | Should -Be "Bearer $(Plain)"
        $session.Headers.Keys | Should -Not -Contain 'Authorization'
        $null = Invoke-RestMethod $other/open -WebSession $session
        $api.Requests[-1].Authorization | Should -BeNullOrEmpty
    }

    It 'sends a token for a loopback host through no proxy' {
        $before = [Net.Http.HttpClient]::DefaultProxy
        [Net.Http.HttpClient]::DefaultProxy = [Net.WebProxy]::new('http://127.0.0.1:1')
        try {
            (Invoke-AtpRestMethod $u/echo @scope).path | Should -Be '/echo'
            (Invoke-AtpRestMethod $u/echo @scope -Proxy http://127.0.0.1:1).path | Should -Be '/echo'
        }
        finally { [Net.Http.HttpClient]::DefaultProxy = $before }
    }

    It 'asks for no token through a proxy with -NoProxy' {
        $before = [Net.Http.HttpClient]::DefaultProxy
        [Net.Http.HttpClient]::DefaultProxy = [Net.WebProxy]::new('http://127.0.0.1:1')
        try {
            $failure = try { Invoke-AtpRestMethod https://api.invalid/x @scope -NoProxy } catch { $_ }
            $failure.Exception.Message | Should -Not -Match 'proxy'
            $failure = try { Invoke-AtpRestMethod https://api.invalid/x @scope } catch { $_ }
            $failure.Exception.Message | Should -Match 'proxy'
        }
        finally { [Net.Http.HttpClient]::DefaultProxy = $before }
    }

    It 'has -TimeoutSec for the token too' {
        $silent = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $silent.Start()
        try {
            $failure = try { Invoke-AtpRestMethod "http://$($silent.LocalEndpoint)/x" @scope -TimeoutSec 2 } catch { $_ }
            $failure.Exception.Message | Should -Match '2 seconds'
        }
        finally { $silent.Stop() }
    }

    It 'is not repeated with a stream, but the next one has a new token' {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $null = $api.Refused.Add("Bearer $(Plain)")
        $stream = [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('streamed'))
        { Invoke-AtpRestMethod $u/echo @scope -Method Post -Body $stream } | Should -Throw '*401*'
        $api.Requests | Should -HaveCount 2
        $stream = [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('streamed'))
        (Invoke-AtpRestMethod $u/echo @scope -Method Post -Body $stream).body | Should -Be 'streamed'
        $api.Requests | Should -HaveCount 3
    }

    It 'with -NoPersist stores nothing and revokes its token' {
        $null = Invoke-AtpRestMethod $u/echo @scope -NoPersist
        Get-AtpToken | Should -BeNullOrEmpty
        $token = ConvertTo-SecureString $api.Requests[0].Authorization.Substring(7) -AsPlainText -Force
        Test-AtpToken $h -Token $token -Quiet | Should -BeFalse
        { Invoke-AtpRestMethod $u/echo -NoPersist } | Should -Throw '*no scopes*'
    }

    It 'refuses an Authorization header of its own' {
        $failure = try { Invoke-AtpRestMethod $u/echo @scope -Headers @{ authorization = 'Bearer x' } } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'AtpPlainTextRefused,Agentdom.Commands.InvokeAtpRestMethodCommand'
        $null = Invoke-RestMethod $u/echo -Headers @{ Authorization = 'Bearer x' } -SessionVariable session
        { Invoke-AtpRestMethod $u/echo @scope -WebSession $session } | Should -Throw '*Authorization*'
        (Invoke-AtpRestMethod $u/echo @scope -Headers @{ 'X-Own' = 'mine' }).header | Should -Be 'mine'
    }

    It 'ends at Ctrl+C' {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $shell = [powershell]::Create()
        $manifest = (Get-Module Agentdom).Path -replace 'dll$', 'psd1'
        $null = $shell.AddScript('param($m, $u) Import-Module $m; Invoke-AtpRestMethod $u').AddArgument($manifest).AddArgument("$u/wait")
        $running = $shell.BeginInvoke()
        while ($api.Waiting.Count -eq 0 -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 20 }
        $shell.Stop()
        $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        $api.Waiting[0].Response.Abort()
    }
}

Describe 'The parameters and the output' -Skip:$isOld {
    BeforeEach {
        $api.Requests.Clear()
        $api.Refused.Clear()
        $Error.Clear()
    }

    It 'are those of <_>, without those that the token replaces' -ForEach 'RestMethod', 'WebRequest' {
        $own = 'Scope', 'Purpose', 'Secret', 'AgentId', 'Vault', 'NoPersist', 'TrustedEndpointHost'
        $replaced = 'Authentication', 'Token', 'Credential', 'UseDefaultCredentials', 'AllowUnencryptedAuthentication', 'PreserveAuthorizationOnRedirect'
        $expected = @((Get-Command "Invoke-$_").Parameters.Keys | Where-Object { $_ -notin $replaced }) + $own
        (Get-Command "Invoke-Atp$_").Parameters.Keys | Sort-Object | Should -Be ($expected | Sort-Object)
    }

    It 'sends a body from <Name>' -ForEach @(
        @{ Name = 'a hashtable'; More = @{ Body = @{ a = 1 } }; Body = 'a=1' }
        @{ Name = 'bytes'; More = @{ Body = [byte[]] (65, 66) }; Body = 'AB' }
        @{ Name = 'XML'; More = @{ Body = [xml] '<a />' }; Body = '*<a />' }
        @{ Name = 'a form'; More = @{ Form = @{ field = 'value' } }; Body = '*name=*field*value*' }
    ) {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $null = $api.Refused.Add("Bearer $(Plain)")
        (Invoke-AtpRestMethod $u/echo @scope -Method Post @More).body | Should -BeLike $Body
    }

    It 'sends and writes files' {
        Set-Content "$TestDrive/in.txt" 'from a file' -NoNewline
        (Invoke-AtpRestMethod $u/echo @scope -Method Put -InFile "$TestDrive/in.txt").body | Should -Be 'from a file'
        Push-Location $TestDrive
        try { Invoke-AtpRestMethod $u/list @scope -OutFile out.json | Should -BeNullOrEmpty } finally { Pop-Location }
        Get-Content "$TestDrive/out.json" | Should -Be '[1,2,3]'
        (Invoke-AtpRestMethod $u/list @scope -OutFile "$TestDrive/out.json" -PassThru).Count | Should -Be 3
    }

    It 'takes bodies from the pipeline, and nothing else' {
        $bodies = 'one', 'two' | Invoke-AtpRestMethod $u/echo @scope -Method Post
        $bodies.body | Should -Be 'one', 'two'
        $text = 'three' | Add-Member -NotePropertyMembers @{ Vault = 'none'; AgentId = 'x'; Scope = 'y'; Purpose = 'z' } -PassThru
        ($text | Invoke-AtpRestMethod $u/echo @scope -Method Post).body | Should -Be 'three'
    }

    It 'adds a hashtable to the query of a GET, and renews for it' {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $null = $api.Refused.Add("Bearer $(Plain)")
        (Invoke-AtpRestMethod $u/echo @scope -Body @{ a = 1 }).query | Should -Be '?a=1'
    }

    It 'gives a null as the original does' {
        $output = @(Invoke-AtpRestMethod $u/null @scope)
        $output.Count | Should -Be 1
        $output[0] | Should -Be $null
        Invoke-AtpRestMethod $u/null @scope -SkipHttpErrorCheck | Should -Be $null
        $Error | Should -BeNullOrEmpty
    }

    It 'adds nothing to $Error with -ErrorAction Ignore' {
        Invoke-AtpRestMethod $u/redirect @scope -MaximumRedirection 0 -SkipHttpErrorCheck -ErrorAction Ignore | Out-Null
        $Error | Should -BeNullOrEmpty
    }

    It 'sets variables of the caller, in a function and in a module' {
        function Get-Local {
            $null = Invoke-AtpRestMethod $u/echo @scope -ResponseHeadersVariable headers -StatusCodeVariable code -SessionVariable session
            "$($headers.'X-Path') $code $($session.GetType().Name)"
        }
        Get-Local | Should -Be '/echo 200 WebRequestSession'
        "$headers$code$session" | Should -BeNullOrEmpty
        $module = New-Module {
            function Get-Other($u) {
                $null = Invoke-AtpRestMethod $u -Scope data.read -ResponseHeadersVariable headers -SkipHttpErrorCheck
                "$($headers.'X-Path') $(@(Get-Variable Agentdom*).Count)"
            }
        }
        & $module { param($u) Get-Other $u } $u/nothing | Should -Be '/nothing 0'
    }

    It 'outputs a list as the original does' {
        (Invoke-AtpRestMethod $u/list @scope | Measure-Object).Count | Should -Be (Invoke-RestMethod $u/list -Headers @{ Authorization = 'x' } | Measure-Object).Count
        (Invoke-AtpRestMethod $u/list @scope).Count | Should -Be 3
    }

    It 'renews for a 401 with -SkipHttpErrorCheck of <Name>' -ForEach @(
        @{ Name = 'Invoke-AtpRestMethod'; More = @{} }
        @{ Name = 'Invoke-AtpWebRequest'; More = @{} }
        @{ Name = 'Invoke-AtpWebRequest'; More = @{ OutFile = 'file' } }
    ) {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $null = $api.Refused.Add("Bearer $(Plain)")
        if ($More.OutFile) { $More.OutFile = "$TestDrive/skip.json" }
        $output = & $Name $u/echo @scope -SkipHttpErrorCheck @More
        $api.Requests | Should -HaveCount 3
        if ($More.OutFile) {
            $output | Should -BeNullOrEmpty
            Get-Content $More.OutFile | Should -Match '"path":"/echo"'
        }
        else { "$($output.path)$($output.StatusCode)" | Should -Match '/echo|200' }
        $missing = Invoke-AtpWebRequest $u/nothing @scope -SkipHttpErrorCheck
        $missing.StatusCode | Should -Be 404
    }

    It 'has no token in a session, and takes one' {
        $null = Invoke-AtpRestMethod $u/pages/1 @scope -SessionVariable session
        $session.Headers.Keys | Should -Not -Contain 'Authorization'
        (Invoke-AtpRestMethod $u/pages/3 @scope -WebSession $session).cookie | Should -Be 'page=1'
        $session.Headers.Keys | Should -Not -Contain 'Authorization'
        $api.Requests.Authorization | Select-Object -Unique | Should -Be "Bearer $(Plain)"
    }

    It 'sends the token with each page, and with no page of another host' {
        $pages = Invoke-AtpRestMethod $u/pages/1 @scope -FollowRelLink
        $pages.path | Should -Be '/pages/1', '/pages/2', '/pages/3'
        $pages.cookie | Should -Be $null, 'page=1', 'page=2'
        $api.Requests.Authorization | Select-Object -Unique | Should -Be "Bearer $(Plain)"
        (Invoke-AtpRestMethod $u/pages/1 @scope -FollowRelLink -Body @{ size = 2 }).query | Should -Be '?size=2', '', ''
        (Invoke-AtpRestMethod $u/pages/1 @scope -FollowRelLink -MaximumFollowRelLink 2).path | Should -Be '/pages/1', '/pages/2'
        $api.Requests.Clear()
        Invoke-AtpRestMethod $u/pages/1 @scope -FollowRelLink | Select-Object -First 1 | Out-Null
        $api.Requests | Should -HaveCount 1
        $api.Requests.Clear()
        $found = Invoke-AtpRestMethod $u/pages/foreign @scope -FollowRelLink -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.path | Should -Be '/pages/foreign'
        $failed.FullyQualifiedErrorId | Should -BeLike 'AtpEndpointForeign,*'
        $api.Requests | Should -HaveCount 1
    }

    It 'has the token in no stream, error or response' {
        $said = Invoke-AtpRestMethod $u/echo @scope -Verbose -Debug *>&1
        $said | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | Out-String | Should -Match 'GET'
        $said | Where-Object { $_ -is [System.Management.Automation.DebugRecord] } | Should -Not -BeNullOrEmpty
        $response = Invoke-AtpWebRequest $u/echo @scope
        $failure = try { Invoke-AtpRestMethod $u/nothing @scope } catch { $_ }
        $token = Plain
        $api.Requests.Authorization | Should -Be (, "Bearer $token" * 3)
        $text = ($said | Out-String -Width 4000), ($response.BaseResponse.RequestMessage | Out-String), ($failure | Get-Error | Out-String -Width 4000),
            "$($failure.TargetObject)", "$($failure.Exception.Response.RequestMessage)"
        $text | Should -Not -Match ([regex]::Escape($token))
    }

    It 'sends the header itself to a command that takes no token, as that of Windows PowerShell' {
        function Invoke-RestMethod { param($Uri, $Headers, [int] $MaximumRedirection = 5) "$($Headers.Authorization) $($Headers.'X-Own') $MaximumRedirection" }
        Invoke-AtpRestMethod $u/echo @scope -Headers @{ 'X-Own' = 'mine' } | Should -Be "Bearer $(Plain) mine 0"
        function Invoke-RestMethod { param($Uri, $Headers) $script:sent = $Headers; if (-not $Headers.Authorization) { 'none' } }
        Invoke-AtpRestMethod $u/echo @scope | Should -BeNullOrEmpty
        $sent.Keys | Should -BeNullOrEmpty
        { Invoke-AtpRestMethod $u/echo @scope -MaximumRedirection 3 } | Should -Throw -ErrorId 'NamedParameterNotFound*'
    }

    It 'does not call itself if it is the alias of the original' {
        Set-Alias Invoke-RestMethod Invoke-AtpRestMethod
        (Invoke-RestMethod $u/echo -Scope data.read).path | Should -Be '/echo'
    }

    It 'offers the scopes of the address''s host' {
        $null = Invoke-AtpRestMethod $u/echo @scope
        $line = "Invoke-AtpRestMethod $u/echo -Scope "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'data.read'
        $line = 'Invoke-AtpWebRequest -Skip'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain '-SkipHttpErrorCheck'
    }
}

Describe 'Get-AtpToken' {
    BeforeEach { $null = Get-AtpToken | Revoke-AtpToken -Confirm:$false }

    It 'requests a missing token and returns the stored one after that' {
        $token = Get-AtpToken $h -Scope data.read -RequestIfMissing -Purpose 'In one line'
        $token.Purpose | Should -Be 'In one line'
        Get-AtpToken $h -Scope data.read -RequestIfMissing -AsPlainText | Should -Be (Plain $h)
        [pscredential]::new('x', $token.AccessToken).GetNetworkCredential().Password | Should -Be (Plain $h)
    }

    It 'replaces a token that is <Name>' -ForEach @(
        @{ Name = 'revoked' }
        @{ Name = 'invalid after a change of the issuer''s key' }
    ) {
        $null = Get-AtpToken $h -Scope data.read -RequestIfMissing
        $old = Plain $h
        $token = ConvertTo-SecureString $old -AsPlainText -Force
        if ($Name -eq 'revoked') {
            $body = @{ token = $old } | ConvertTo-Json
            $null = Invoke-RestMethod "http://$h/v1/agent-tokens/revoke" -Method Post -Body $body -ContentType application/json
        }
        else { Switch-Issuer @{ ATP_SIGNING_KEY = New-Key } }
        $new = Get-AtpToken $h -Scope data.read -RequestIfMissing -AsPlainText
        $new | Should -Not -Be $old
        Plain $h | Should -Be $new
        Test-AtpToken $h -Token $token -Quiet | Should -BeFalse
        Test-AtpToken $h -Quiet | Should -BeTrue
    }

    It 'returns the stored token with a warning if the issuer cannot be asked' {
        $null = Get-AtpToken $h -Scope data.read -RequestIfMissing
        $stored = Plain $h
        Stop-TestIssuer $issuer
        try {
            Get-AtpToken $h -Scope data.read -RequestIfMissing -AsPlainText -WarningVariable said -WarningAction Ignore | Should -Be $stored
            $said | Should -Match 'could not be asked'
            Get-AtpToken $h -Scope data.read -RequestIfMissing -NoRefresh -AsPlainText -WarningVariable quiet | Should -Be $stored
            $quiet | Should -BeNullOrEmpty
        }
        finally { Switch-Issuer @{} }
    }

    It 'gives a header for other clients' {
        $null = Request-AtpToken $h -Scope data.read
        $header = Get-AtpToken $h -AsHeader
        $header | Should -BeOfType hashtable
        $header.Authorization | Should -Be "Bearer $(Plain $h)"
        (Invoke-RestMethod "http://$h/data" -Headers $header).message | Should -Be 'Hello, agent.'
    }

    It 'needs a host for <_>' -ForEach 'AsHeader', 'RequestIfMissing' {
        $option = @{ $_ = $true }
        { Get-AtpToken @option } | Should -Throw -ErrorId 'AtpHostInvalid,*'
        { Get-AtpToken *.example.com @option } | Should -Throw -ErrorId 'AtpHostInvalid,*'
    }
}
