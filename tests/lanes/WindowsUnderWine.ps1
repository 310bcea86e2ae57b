# What windows-under-wine.sh runs in pwsh.exe. Prints "ok: NAME" or "not ok: NAME: FAULT" for each check.
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Work,
    # Set in the four processes that contend: which of them this is, and the issuer's host.
    [int] $Contender,
    [string] $IssuerHost
)

$ErrorActionPreference = 'Stop'
$WarningPreference = $ProgressPreference = 'SilentlyContinue'
$env:AGENTDOM_HOME = Join-Path $Work 'home'
$env:AGENTDOM_VAULT = 'Agentdom'

# Called with a dot, so that later checks see the variables of earlier ones.
function Check([string] $Name, [scriptblock] $Body) {
    try {
        $faults = @(. $Body | Where-Object { $_ })
        if ($faults) { "not ok: ${Name}: $($faults -join ', ')" } else { "ok: $Name" }
    }
    catch { "not ok: ${Name}: $_ $($_.ScriptStackTrace)" -replace '\r?\n', ' ' }
}

function Get-PlainText([securestring] $Secure) { [pscredential]::new('x', $Secure).GetNetworkCredential().Password }

function Wait-File([string[]] $Path, [int] $Seconds = 90) {
    $until = [datetime]::UtcNow.AddSeconds($Seconds)
    while (@($Path | Where-Object { -not (Test-Path $_) })) {
        if ([datetime]::UtcNow -ge $until) { throw "$Path did not appear within $Seconds seconds." }
        Start-Sleep -Milliseconds 50
    }
}

function Start-Shell([string[]] $Words) {
    $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME 'pwsh.exe'))
    foreach ($word in @('-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass') + $Words) { $start.ArgumentList.Add($word) }
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    [pscustomobject]@{
        Process = $process
        Output  = $process.StandardOutput.ReadToEndAsync()
        Errors  = $process.StandardError.ReadToEndAsync()
    }
}

function Receive-Shell($Shell) {
    if (-not $Shell.Process.WaitForExit(60000)) { $Shell.Process.Kill(); throw 'A process did not end within 60 seconds.' }
    ($Shell.Output.Result + $Shell.Errors.Result).Trim()
}

if ($Contender) {
    Import-Module $Module
    # Once before the start, so that loading takes no part in the race.
    $null = Get-AtpToken $IssuerHost -Scope data.read
    $null = New-Item (Join-Path $Work "ready-$Contender")
    Wait-File (Join-Path $Work 'go-write')
    foreach ($i in 1..5) { $null = Request-AtpToken $IssuerHost -Scope "data.write$Contender.$i" -Purpose 'Lane' }
    $null = New-Item (Join-Path $Work "written-$Contender")
    Wait-File (Join-Path $Work 'go-renew')
    "token: $(Get-AtpToken $IssuerHost -Scope data.read -AsPlainText)"
    return
}

"runtime: pwsh $($PSVersionTable.PSVersion), $([Runtime.InteropServices.RuntimeInformation]::FrameworkDescription), $([Environment]::OSVersion)"

. Check 'windows build' {
    if (-not $IsWindows) { 'pwsh does not take this for Windows' }
    if (-not (Test-Path "$env:SystemRoot\system32\reg.exe")) { 'there is no reg.exe' }
}

. Check 'import' {
    Import-Module $Module
    $loaded = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object Location -Like '*\Agentdom.dll'
    if (-not $loaded) { 'Agentdom.dll is not loaded' }
    if (-not (Get-Command Request-AtpToken -Module Agentdom)) { 'the cmdlets are missing' }
}

. Check 'agent id from MachineGuid' {
    $agent = Get-AgentId
    if ($agent.Source -ne 'MachineGuid') { "the source is $($agent.Source)" }
    # protocol.md, section 9
    $guid = [Microsoft.Win32.Registry]::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography', 'MachineGuid', $null)
    $bytes = [Text.Encoding]::UTF8.GetBytes([Net.Dns]::GetHostName() + [Environment]::UserName + $guid)
    $expected = [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($bytes)).ToLowerInvariant()
    if (-not $guid -or $agent.Id -ne $expected) { "the id is $($agent.Id), not $expected" }
    if (Test-Path (Join-Path $env:AGENTDOM_HOME 'keys\machine-id')) { 'a random id was kept' }
}

. Check 'loopback issuer' {
    $server = Start-AtpServer
    if (-not (Get-AtpManifest $server)) { 'there is no manifest' }
}

. Check 'request' {
    $token = Request-AtpToken $server -Scope data.read -Purpose 'Lane'
    if ("$($token.ScopesGranted)" -ne 'data.read') { "granted: $($token.ScopesGranted)" }
}

. Check 'get from the vault' {
    $stored = Get-AtpToken $server
    if ((Get-PlainText $stored.AccessToken) -cne (Get-PlainText $token.AccessToken)) { 'another token came back' }
}

$call = @{ Authentication = 'Bearer'; AllowUnencryptedAuthentication = $true }
. Check 'call with the token' {
    $me = Invoke-RestMethod "$($server.Uri)whoami" -Token $token.AccessToken @call
    if ($me.agent_id -ne (Get-AgentId).Id) { "agent_id is $($me.agent_id)" }
}

. Check 'test' {
    if (-not ($token | Test-AtpToken -Quiet)) { 'a valid token is reported as invalid' }
}

. Check 'renew' {
    $renewed = Update-AtpToken $server -Force
    if ((Get-PlainText $renewed.AccessToken) -ceq (Get-PlainText $token.AccessToken)) { 'the token is the old one' }
}

. Check 'key protected by DPAPI' {
    $keys = Join-Path $env:AGENTDOM_HOME 'keys'
    $protected = [IO.File]::ReadAllBytes((Join-Path $keys 'vault.key.dpapi'))
    if (-not (Test-Path (Join-Path $keys 'vault.key.in-keychain'))) { 'there is no marker' }
    if (Test-Path (Join-Path $keys 'vault.key')) { 'there is a key file as well' }
    $key = [Security.Cryptography.ProtectedData]::Unprotect($protected, $null, 'CurrentUser')
    if ($key.Length -ne 32) { "the key has $($key.Length) bytes" }
    if ([Convert]::ToHexString($protected).Contains([Convert]::ToHexString($key))) { 'the file holds the key in the clear' }
}

# In a process of its own: this one remembers the key.
$read = "Import-Module '$Module'; try { `"token: `$(Get-AtpToken $server -AsPlainText)`" } catch { `"error: `$(`$_.FullyQualifiedErrorId)`" }"
. Check 'key opened by another process' {
    $printed = Receive-Shell (Start-Shell '-Command', $read)
    if ($printed -cne "token: $(Get-AtpToken $server -AsPlainText)") { $printed -replace 'token: .*', 'another token came back' }
}

. Check 'damaged key refused' {
    $file = Join-Path $env:AGENTDOM_HOME 'keys\vault.key.dpapi'
    $kept = [IO.File]::ReadAllBytes($file)
    $damaged = [byte[]] $kept.Clone()
    for ($i = [int] ($damaged.Length / 2); $i -lt $damaged.Length; $i++) { $damaged[$i] = $damaged[$i] -bxor 0x55 }
    [IO.File]::WriteAllBytes($file, $damaged)
    try { $printed = Receive-Shell (Start-Shell '-Command', $read) }
    finally { [IO.File]::WriteAllBytes($file, $kept) }
    if ($printed -notlike 'error: AtpVaultKeyInvalid*') { $printed -replace 'token: .*', 'the vault was opened' }
}

. Check 'revoke' {
    $last = Get-AtpToken $server
    $revocation = Revoke-AtpToken $server
    if (-not $revocation.RevokedAtIssuer) { 'not revoked at the issuer' }
    if (Get-AtpToken) { 'the token is still in the vault' }
    if ((Test-AtpToken $server -Token $last).Valid) { 'the issuer takes it still' }
    try {
        $null = Invoke-RestMethod "$($server.Uri)whoami" -Token $last.AccessToken @call
        'the API takes it still'
    }
    catch { if ($_.Exception.Response.StatusCode -ne 401) { throw } }
}

$lock = Join-Path $env:AGENTDOM_HOME 'vault\vault.lock'
. Check 'lock held by another process' {
    $hold = "`$f = [IO.File]::Open('$lock', 'OpenOrCreate', 'ReadWrite', 'None'); " +
        "`$null = New-Item '$(Join-Path $Work 'held')'; Start-Sleep 60; `$f.Dispose()"
    $holder = Start-Shell '-Command', $hold
    Wait-File (Join-Path $Work 'held')
    try {
        [IO.File]::Open($lock, 'OpenOrCreate', 'ReadWrite', 'None').Dispose()
        'it was opened twice'
    }
    catch {
        $code = '0x{0:x8}' -f $_.Exception.InnerException.HResult
        # ERROR_SHARING_VIOLATION, which the module takes for "held, wait".
        if ($code -ne '0x80070020') { "the error is $code" }
    }
}

. Check 'lock given back by a killed process' {
    $holder.Process.Kill()
    $holder.Process.WaitForExit()
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = Request-AtpToken $server -Scope data.read -Purpose 'Lane'
    if ($watch.Elapsed.TotalSeconds -gt 20) { "it took $($watch.Elapsed)" }
}

$all = 1..4
$scopes = @(foreach ($n in $all) { foreach ($i in 1..5) { "data.write$n.$i" } })
. Check 'four processes write to one vault' {
    $null = Revoke-AtpToken $server
    Stop-AtpServer
    # Due after two thirds of this. The processes have as long again before the renewed token is due.
    $server = Start-AtpServer -TokenLifetime 00:00:30 -Scope (@('data.read') + $scopes)
    $env:AGENTDOM_ATP_SECRET = Get-PlainText $server.Secret
    $null = Request-AtpToken $server -Scope data.read -Purpose 'Lane'
    $shells = @(foreach ($n in $all) { Start-Shell '-File', $PSCommandPath, $Module, $Work, $n, "$server" })
    Wait-File ($all | ForEach-Object { Join-Path $Work "ready-$_" })
    $null = New-Item (Join-Path $Work 'go-write')
    Wait-File ($all | ForEach-Object { Join-Path $Work "written-$_" })
    $stored = @(Get-AtpToken | ForEach-Object { "$($_.ScopesRequested)" })
    $missing = @($scopes | Where-Object { $stored -cnotcontains $_ })
    if ($missing) { "missing: $missing" }
    if ($stored.Count -ne $scopes.Count + 1) { "$($stored.Count) entries" }
}

. Check 'four processes renew one token once' {
    $old = Update-AtpToken $server -Scope data.read -Force
    Start-Sleep -Seconds 22
    $null = New-Item (Join-Path $Work 'go-renew')
    $got = @($shells | ForEach-Object { Receive-Shell $_ })
    $strange = @($got | Where-Object { $_ -notmatch '^token: \S+$' })
    if ($strange) { "a process printed: $($strange[0])" }
    $distinct = @($got | Select-Object -Unique)
    if ($got.Count -ne 4) { "$($got.Count) processes gave a token" }
    if ($distinct.Count -ne 1) { "$($distinct.Count) different tokens" }
    if ($distinct -ccontains "token: $(Get-PlainText $old.AccessToken)") { 'the token was not renewed' }
}

. Check 'stop' {
    if (-not $server) { throw 'no server was started' }
    Stop-AtpServer
    try {
        $null = Invoke-WebRequest "$($server.Uri)whoami" -TimeoutSec 5
        'it still answers'
    }
    catch [Net.Http.HttpRequestException] { if ($_.Exception.Response) { 'it still answers' } }
}
'end'
