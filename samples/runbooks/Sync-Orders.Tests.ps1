# Needs Pester 5. Start-AtpServer is the issuer, and its /whoami stands in for the API.
BeforeAll {
    # This is the module built from the same clone. In your own repository, use Import-Module Agentdom.
    Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1" -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_VAULT', 'AGENTDOM_KEYCHAIN') {
        $kept[$name] = [Environment]::GetEnvironmentVariable($name)
    }
    $env:AGENTDOM_HOME = "$TestDrive/agentdom"
    $env:AGENTDOM_VAULT = 'Agentdom'
    $env:AGENTDOM_KEYCHAIN = 'off'
    $server = Start-AtpServer
    $uri = "$($server.Uri)whoami"
    $file = "$TestDrive/orders.json"

    function Invoke-Sync($Address = $uri) {
        $said = & "$PSScriptRoot/Sync-Orders.ps1" -Uri $Address -OutFile $file *>&1
        if ($LASTEXITCODE) { "$said" } else { 'synced' }
    }
}

AfterAll {
    Stop-AtpServer
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'Sync-Orders.ps1' -Skip:($PSVersionTable.PSVersion -lt '7.4') {
    BeforeEach {
        Get-AtpToken | Revoke-AtpToken -Confirm:$false | Out-Null
        Set-Content $file 'of the last successful run'
    }

    It 'asks for a token and writes what the API says' {
        Invoke-Sync | Should -Be 'synced'
        (Get-Content $file -Raw | ConvertFrom-Json).purpose | Should -Be 'Sync orders'
    }

    It 'uses the token that is there' {
        $null = Request-AtpToken $server -Scope data.read -Purpose 'An earlier run' -WarningAction Ignore
        Invoke-Sync | Should -Be 'synced'
        (Get-Content $file -Raw | ConvertFrom-Json).purpose | Should -Be 'An earlier run'
    }

    It 'takes several scopes in one text' {
        & "$PSScriptRoot/Sync-Orders.ps1" -Uri $uri -OutFile $file -Scope 'data.read, data.write'
        $LASTEXITCODE | Should -Be 0
        (Get-Content $file -Raw | ConvertFrom-Json).scopes | Should -Be 'data.read', 'data.write'
    }

    It 'renews a token that the API refuses' {
        $null = Request-AtpToken $server -Scope data.read -WarningAction Ignore
        # A new server on the same port has another secret, so it refuses the tokens of the first.
        Stop-AtpServer
        $null = Start-AtpServer -Port $server.Uri.Port
        Invoke-Sync | Should -Be 'synced'
        (Get-Content $file -Raw | ConvertFrom-Json).scopes | Should -Be 'data.read'
    }

    It 'renews once and then gives up' {
        # Mocked, because no real API refuses a token that its own issuer reports as valid.
        Mock Invoke-RestMethod {
            throw [Microsoft.PowerShell.Commands.HttpResponseException]::new('no', [Net.Http.HttpResponseMessage]::new(401))
        }
        Invoke-Sync | Should -Match 'were not synced.*no'
        Should -Invoke Invoke-RestMethod -Times 2 -Exactly
        Get-Content $file | Should -Be 'of the last successful run'
    }

    It 'keeps the file of the last successful run if <Case>' -ForEach @(
        @{ Case = 'the API fails'; Path = 'nothing-here'; Reason = '404' }
        @{ Case = 'the host is down'; Port = 1; Reason = 'localhost:1' }
    ) {
        $address = [UriBuilder]::new($uri)
        if ($Path) { $address.Path = $Path }
        if ($Port) { $address.Port = $Port }
        Invoke-Sync $address.Uri | Should -Match "were not synced.*$Reason"
        Get-Content $file | Should -Be 'of the last successful run'
        Get-ChildItem $TestDrive -Filter 'orders.json*' | Should -HaveCount 1
    }

    It 'keeps it if the new file cannot be written completely' {
        $null = New-Item "$file.new" -ItemType Directory
        Invoke-Sync | Should -Match 'were not synced.*orders.json.new'
        Get-Content $file | Should -Be 'of the last successful run'
    }
}
