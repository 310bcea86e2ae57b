# Runs when a worker starts, and again for each further runspace of it. What it sets in the environment stays for the whole process.
# All functions share the worker's vault, so a token is requested once and not for each run. Its key is a new secret that only this
# process has.
if (-not $env:AGENTDOM_VAULT_KEY) {
    $env:AGENTDOM_VAULT = 'Agentdom'
    $env:AGENTDOM_HOME = Join-Path ([IO.Path]::GetTempPath()) "agentdom-$([guid]::NewGuid())"
    $env:AGENTDOM_VAULT_KEY = New-AtpSecret -AsPlainText
}
