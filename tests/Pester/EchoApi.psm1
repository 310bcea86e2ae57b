# An API that answers with what it was sent, for tests of the web cmdlets. It listens at 127.0.0.1, whose manifest names a real issuer,
# and at localhost, which is another host. It refuses requests without a token, and the tokens in Refused.

$loop = {
    param($Listener, $Api)
    while ($Listener.IsListening) {
        $context = try { $Listener.GetContext() } catch { return }
        $request, $response = $context.Request, $context.Response
        $bytes = [IO.MemoryStream]::new()
        $request.InputStream.CopyTo($bytes)
        $path = $request.Url.AbsolutePath
        $token = $request.Headers['Authorization']
        $seen = @{ Host = $request.UserHostName.Split(':')[0]; Path = $path; Method = $request.HttpMethod; Authorization = $token
            Body = [Text.Encoding]::UTF8.GetString($bytes.ToArray()); Type = $request.ContentType; Cookie = $request.Headers['Cookie'] }
        $content = @{ host = $seen.Host; path = $path; query = $request.Url.Query; method = $seen.Method; body = $seen.Body
            type = $seen.Type; cookie = $seen.Cookie; header = $request.Headers['X-Own'] } | ConvertTo-Json -Compress
        if ($path -eq '/.well-known/agentdom.json') {
            $content = @{ auth = @{ method = 'agent_token'; agent_token_endpoint = "http://$($Api.Issuer)/v1/agent-tokens" } } | ConvertTo-Json
        }
        else {
            $null = $Api.Requests.Add([pscustomobject] $seen)
            $response.Headers['X-Path'] = $path
            if ($path -eq '/redirect') { $response.Redirect("http://localhost:$($Api.Port)/open") }
            elseif ($path -eq '/redirect/home') { $response.Redirect('/open') }
            elseif ($path -eq '/redirect/refused') { $response.Redirect("http://localhost:$($Api.Port)/echo") }
            elseif ($path -eq '/created' -and $seen.Method -eq 'POST') {
                $response.Redirect('/created?id=1')
                $response.StatusCode = 303
            }
            elseif ($path -notlike '/open*' -and (-not $token -or $Api.Refused.Contains($token) -or $path -eq '/never')) {
                $response.StatusCode = 401
            }
            elseif ($path -eq '/wait') { $null = $Api.Waiting.Add($context); continue }
            elseif ($path -eq '/nothing') { $response.StatusCode = 404 }
            elseif ($path -eq '/null') { $content = 'null' }
            elseif ($path -eq '/list') { $content = '[1,2,3]' }
            elseif ($path -match '^/pages/([12])$') {
                $response.Headers['Link'] = "</first>; rel=first, </pages/$(1 + $Matches[1])>; title=`"a, b`"; rel=`"next`""
                $response.Headers['Set-Cookie'] = "page=$($Matches[1])"
            }
            elseif ($path -eq '/pages/foreign') { $response.Headers['Link'] = "<http://localhost:$($Api.Port)/open>; rel=next" }
        }
        $bytes = [Text.Encoding]::UTF8.GetBytes($content)
        $response.ContentType = 'application/json'
        try { $response.OutputStream.Write($bytes, 0, $bytes.Length); $response.Close() } catch { $response.Abort() }
    }
}

function Start-EchoApi {
    param([string] $Issuer)
    $free = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $free.Start()
    $port = $free.LocalEndpoint.Port
    $free.Stop()
    $listener = [Net.HttpListener]::new()
    foreach ($name in '127.0.0.1', 'localhost') { $listener.Prefixes.Add("http://${name}:$port/") }
    $listener.Start()
    $api = [pscustomobject]@{ Name = "127.0.0.1:$port"; Port = $port; Issuer = $Issuer; Listener = $listener
        Requests = [Collections.ArrayList]::Synchronized([Collections.ArrayList]::new())
        Refused = [Collections.ArrayList]::Synchronized([Collections.ArrayList]::new())
        Waiting = [Collections.ArrayList]::Synchronized([Collections.ArrayList]::new())
        Shell = [powershell]::Create() }
    $null = $api.Shell.AddScript($loop).AddArgument($listener).AddArgument($api)
    $null = $api.Shell.BeginInvoke()
    $api
}

function Stop-EchoApi {
    param($Api)
    if (-not $Api) { return }
    $Api.Listener.Abort()
    $Api.Shell.Dispose()
}

Export-ModuleMember -Function Start-EchoApi, Stop-EchoApi
