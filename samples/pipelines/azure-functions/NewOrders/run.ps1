# Fetches the new orders of an API every five minutes and writes them to a blob.
param($Timer)

$ErrorActionPreference = 'Stop'
if ($Timer.IsPastDue) { Write-Warning 'This run is late.' }

# If Azure cannot resolve a reference to a key vault, the setting has the text of the reference.
if ($env:AGENTDOM_ATP_SECRET -like '@Microsoft.KeyVault(*') {
    throw 'AGENTDOM_ATP_SECRET could not be read from the key vault. Check the role of the managed identity.'
}

$orders = Invoke-AtpRestMethod "$env:API/orders" -Scope data.read -Purpose 'New orders'
Push-OutputBinding -Name Orders -Value (ConvertTo-Json @($orders) -Depth 10)
