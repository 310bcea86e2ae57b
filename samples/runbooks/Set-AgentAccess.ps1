#Requires -Version 7.4
<#
.SYNOPSIS
    Registers an agent at an issuer, rotates its secret, creates and ends its API keys, shuts it out or lets it in again. For the
    provider's operators.
.DESCRIPTION
    Calls the administration that an issuer maps with MapAgentTokenAdministration.

    A new secret is returned once and is stored nowhere. Give it to the agent's owner, who stores it with Set-AtpSecret. If the
    answer to -RotateSecret is lost, run it again: the older secrets stay valid for the overlap. If the issuer has several nodes, wait
    for its DirectoryCacheSeconds (5 by default) before the agent uses the new secret, because until then a node may not know it.

    An API key is for agents that use the published AgentDOM client (npm agentdom). It is returned once too. To replace one, create
    another, give it to the agent's owner, and then end the old one.
.PARAMETER AgentId
    The agent's id, as Get-AgentId shows it on the agent's machine.
.PARAMETER Uri
    The address of the administration, such as https://issuer.example.com/agents. Plain http is only allowed on this machine.
.PARAMETER Register
    Registers the agent and returns its secret.
.PARAMETER RotateSecret
    Gives the agent a new secret and returns it.
.PARAMETER NewApiKey
    Gives the agent another API key and returns it.
.PARAMETER EndApiKey
    Ends the API key with this id, and the tokens that were requested with it.
.PARAMETER ShutOut
    Disables the agent, and makes the tokens invalid that it has. They stay invalid when -LetIn lets it in again.
.PARAMETER LetIn
    Enables the agent again. All tokens from before stay invalid, also those that another node issued before it noticed -ShutOut.
.PARAMETER Scope
    The scopes that the agent may request.
.PARAMETER DefaultScope
    The scopes of a token that the agent requests with an API key and without scopes, as the published client does by default.
.PARAMETER DisplayName
    A name for people.
.PARAMETER MaxTokenLifetime
    The maximum lifetime of its tokens, if it is less than the issuer's.
.PARAMETER RequestsPerMinute
    How many tokens it may request per minute, if it is not the issuer's limit.
.PARAMETER OlderSecret
    The secret that the agent uses now, such as the one that all agents share. It stays valid beside the new one.
.PARAMETER OlderSecretExpiresAt
    When the older secret expires. Without it, it stays valid until the next rotation ends it.
.PARAMETER Overlap
    How long the older secrets stay valid after a rotation. The default is a day.
.PARAMETER Key
    The operators' key. The default is the environment variable ATP_ADMIN_KEY.
.PARAMETER AsPlainText
    Returns the secret or API key as plain text, for a command that needs it so. By default it is a SecureString.
.PARAMETER TimeoutSec
    How long to wait for each answer.
.OUTPUTS
    One object: AgentId, DisplayName, Scopes, Disabled, TokensValidFrom, ApiKeyIds, Secret (of -Register and -RotateSecret),
    OlderSecretsExpireAt (of -RotateSecret), and ApiKey and ApiKeyId (of -NewApiKey).
.EXAMPLE
    ./Set-AgentAccess.ps1 build-7 -Register -Scope data.read -DisplayName 'Nightly sync' -Uri https://issuer.example.com/agents -AsPlainText
.EXAMPLE
    ./Set-AgentAccess.ps1 build-7 -RotateSecret -Overlap 7.00:00:00 -Uri https://issuer.example.com/agents
.EXAMPLE
    ./Set-AgentAccess.ps1 build-7 -NewApiKey -Uri https://issuer.example.com/agents -AsPlainText
.EXAMPLE
    ./Set-AgentAccess.ps1 build-7 -ShutOut -Uri https://issuer.example.com/agents
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)]
    [ValidatePattern('^(?!\.{1,2}$)[A-Za-z0-9._~:@+=-]{1,256}$',
        ErrorMessage = 'An agent id has 1 to 256 letters, digits or -._~:@+=.')]
    [string] $AgentId,

    [Parameter(Mandatory)]
    [ValidateScript({ $_.IsAbsoluteUri -and ($_.Scheme -eq 'https' -or ($_.Scheme -eq 'http' -and $_.IsLoopback)) -and -not $_.UserInfo },
        ErrorMessage = 'The address must begin with https://. Plain http is only allowed on this machine.')]
    [uri] $Uri,

    [Parameter(Mandatory, ParameterSetName = 'Register')]
    [switch] $Register,

    [Parameter(Mandatory, ParameterSetName = 'RotateSecret')]
    [switch] $RotateSecret,

    [Parameter(Mandatory, ParameterSetName = 'NewApiKey')]
    [switch] $NewApiKey,

    [Parameter(Mandatory, ParameterSetName = 'EndApiKey')]
    [ValidatePattern('^[0-9a-f]{16}$', ErrorMessage = 'The id of an API key has 16 hex digits.')]
    [string] $EndApiKey,

    [Parameter(Mandatory, ParameterSetName = 'ShutOut')]
    [switch] $ShutOut,

    [Parameter(Mandatory, ParameterSetName = 'LetIn')]
    [switch] $LetIn,

    [Parameter(Mandatory, ParameterSetName = 'Register')]
    [ValidateNotNullOrEmpty()]
    [string[]] $Scope,

    [Parameter(ParameterSetName = 'Register')]
    [string[]] $DefaultScope,

    [Parameter(ParameterSetName = 'Register')]
    [ValidateLength(1, 256)]
    [string] $DisplayName,

    [Parameter(ParameterSetName = 'Register')]
    [ValidateRange('0:00:01', '1.00:00:00')]
    [timespan] $MaxTokenLifetime,

    [Parameter(ParameterSetName = 'Register')]
    [ValidateRange(1, 100000000)]
    [int] $RequestsPerMinute,

    [Parameter(ParameterSetName = 'Register')]
    [securestring] $OlderSecret,

    [Parameter(ParameterSetName = 'Register')]
    [datetimeoffset] $OlderSecretExpiresAt,

    [Parameter(ParameterSetName = 'RotateSecret')]
    [ValidateRange('0:00:00', '366.00:00:00')]
    [ValidateScript({ $_ -eq 0 -or $_.TotalSeconds -ge 1 }, ErrorMessage = 'A plain number is no time span: write five minutes as 0:05:00.')]
    [timespan] $Overlap = '1.00:00:00',

    [securestring] $Key,

    [Parameter(ParameterSetName = 'Register')]
    [Parameter(ParameterSetName = 'RotateSecret')]
    [Parameter(ParameterSetName = 'NewApiKey')]
    [switch] $AsPlainText,

    [ValidateRange(1, 3600)]
    [int] $TimeoutSec = 30
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not $Key) {
    if (-not $env:ATP_ADMIN_KEY) { throw 'There is no key. Use -Key, or set the environment variable ATP_ADMIN_KEY.' }
    $Key = [Net.NetworkCredential]::new('', $env:ATP_ADMIN_KEY).SecurePassword
}

$request = @{
    Authentication = 'Bearer'
    Token = $Key
    ContentType = 'application/json'
    TimeoutSec = $TimeoutSec
    # A redirect could send the key and a secret elsewhere.
    MaximumRedirection = 0
    SkipHttpErrorCheck = $true
    StatusCodeVariable = 'status'
}
if ($Uri.IsLoopback) { $request.AllowUnencryptedAuthentication = $true }

# Sends one request. If it is refused, throws what the server says.
function Send-Request([string] $Path, [hashtable] $Body = @{}, [string] $Method = 'Post') {
    $address = $Uri.AbsoluteUri.TrimEnd('/') + $Path
    $bytes = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $Body))
    try {
        $answer = Invoke-RestMethod $address -Method $Method -Body $bytes @request
    }
    catch {
        # Its target is the request, which has the key and may have a secret.
        $Error.RemoveAt(0)
        throw "No answer from $($Uri.Authority). $_"
    }
    if ($status -in 200, 201) { return $answer }
    $reason = if ($answer -is [pscustomobject] -and $answer.PSObject.Properties['error_description']) { $answer.error_description }
    elseif ($status -eq 401) { 'The key is not accepted. Check -Key or ATP_ADMIN_KEY.' }
    elseif ($status -eq 403) { 'The key does not allow it.' }
    else { 'The answer does not say why. Check -Uri.' }
    throw "$($Uri.Authority) refused the request for the agent $AgentId (status $status). $reason"
}

$action = if ($Register) { 'Register the agent' }
elseif ($RotateSecret) { 'Rotate the secret' }
elseif ($NewApiKey) { 'Create an API key' }
elseif ($EndApiKey) { "End the API key $EndApiKey and its tokens" }
elseif ($ShutOut) { 'Shut the agent out and make its tokens invalid' }
elseif ($LetIn) { 'Let the agent in again' }
if (-not $PSCmdlet.ShouldProcess("$AgentId at $($Uri.Authority)", $action)) { return }

$agent = if ($Register) {
    $settings = @{ agent_id = $AgentId; scopes = $Scope }
    if ($DefaultScope) { $settings.default_scopes = $DefaultScope }
    if ($DisplayName) { $settings.display_name = $DisplayName }
    if ($MaxTokenLifetime) { $settings.max_token_lifetime = [long] $MaxTokenLifetime.TotalSeconds }
    if ($RequestsPerMinute) { $settings.requests_per_minute = $RequestsPerMinute }
    if ($OlderSecret) { $settings.older_secret = ConvertFrom-SecureString $OlderSecret -AsPlainText }
    if ($OlderSecretExpiresAt) { $settings.older_secret_expires_at = $OlderSecretExpiresAt.ToString('o') }
    Send-Request '' $settings
}
elseif ($RotateSecret) { Send-Request "/$AgentId/rotate-secret" @{ overlap_seconds = [long] $Overlap.TotalSeconds } }
elseif ($NewApiKey) { Send-Request "/$AgentId/api-keys" }
elseif ($EndApiKey) { Send-Request "/$AgentId/api-keys/$EndApiKey" -Method Delete }
elseif ($LetIn) {
    $null = Send-Request "/$AgentId/void-tokens"
    Send-Request "/$AgentId/enable"
}
elseif ($ShutOut) {
    $null = Send-Request "/$AgentId/disable"
    Send-Request "/$AgentId/void-tokens"
}

$result = [ordered]@{
    AgentId = $agent.agent_id
    DisplayName = $agent.display_name
    Scopes = $agent.scopes
    Disabled = $agent.disabled
    TokensValidFrom = $agent.tokens_valid_from
    ApiKeyIds = $agent.api_keys
}

$name, $given = if ($NewApiKey) { 'ApiKey', $agent.api_key } elseif ($Register -or $RotateSecret) { 'Secret', $agent.secret }
if ($name) { $result.$name = if ($AsPlainText) { $given } else { [Net.NetworkCredential]::new('', $given).SecurePassword } }
if ($NewApiKey) { $result.ApiKeyId = $agent.api_key_id }
if ($RotateSecret) { $result.OlderSecretsExpireAt = $agent.older_secrets_expire_at }
[pscustomobject] $result
