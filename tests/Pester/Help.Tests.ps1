BeforeDiscovery {
    $pages = Get-ChildItem "$PSScriptRoot/../../docs/en-US" -Filter *.md
    $blocks = foreach ($page in $pages) {
        $text = [IO.File]::ReadAllText($page.FullName) -replace "`r"
        foreach ($match in [regex]::Matches($text, '(?s)```powershell\n(.*?)```')) {
            $code = $match.Groups[1].Value
            $line = $text.Substring(0, $match.Index).Split("`n").Count + 1
            @{ Page = $page.BaseName; Line = $line; Code = $code; Start = $code.Split("`n")[0] }
        }
    }
    $manifest = "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1"
    $commands = (Import-PowerShellDataFile $manifest).CmdletsToExport
    $topics = $pages.BaseName -like 'about_*'
    $isDesktop = $PSVersionTable.PSEdition -eq 'Desktop'
}

BeforeAll {
    Import-Module "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1" -Force
    Import-Module "$PSScriptRoot/Issuer.psm1" -Force
}

Describe 'Get-Help <_>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help $_ -Full
        $text = $help | Out-String -Width 4096
    }

    It 'shows the synopsis and the description' {
        $help.Synopsis.Trim() | Should -Match '\.$'
        $text | Should -Match ([regex]::Escape($help.Synopsis.Trim()))
        $text | Should -Match ([regex]::Escape($help.description[0].Text.Trim()))
    }

    It 'shows each parameter with its own text' {
        $common = [System.Management.Automation.Cmdlet]::CommonParameters
        # The parameters that a cmdlet takes from another one are in the other one's help.
        foreach ($parameter in (Get-Command $_).Parameters.Values | Where-Object { $_.Name -notin $common -and -not $_.IsDynamic }) {
            $shown = Get-Help $help.Name -Parameter $parameter.Name
            $shown.description[0].Text.Trim() | Should -Match '\.$' -Because $parameter.Name
            $type = $parameter.ParameterType.Name -replace '\W', '\$0'
            $text | Should -Match "(?m)^ +-$($parameter.Name) <$type>" -Because $parameter.Name
        }
    }

    It 'shows examples, inputs, outputs and errors' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) { $text | Should -Match ([regex]::Escape($example.code.Split("`n")[0].Trim())) }
        $text | Should -Match '(?m)^INPUTS\r?\n +\S'
        $text | Should -Match '(?m)^OUTPUTS\r?\n +\S'
        $text | Should -Match '(?m)^NOTES\r?\n +Errors'
        $text | Should -Match '(?m)^RELATED LINKS\r?\n +\S'
    }
}

Describe 'Get-Help <_>' -ForEach $topics {
    It 'shows the topic, and its short description in the list' {
        Get-Help $_ | Should -Match "(?s)^TOPIC\r?\n +$_.*LONG DESCRIPTION"
        (Get-Help "$_*" | Where-Object Name -EQ $_).Synopsis | Should -Not -BeNullOrEmpty
        $text = Get-Content "$PSScriptRoot/../../docs/en-US/$_.md"
        (Get-Help $_) -replace '\s+', ' ' | Should -Match ([regex]::Escape($text[2].Split('.')[0]))
    }
}

# Runs every example of every page against a real issuer with a separate home. It changes the host's name, simulates typed input,
# and sets the scheduler if an example names none. PATH is empty, so that the machine's schedulers, with a developer's own job,
# are not found.
Describe 'The examples' -Skip:$isDesktop {
    BeforeAll {
        $issuer = Start-TestIssuer @{ ATP_RATE_LIMIT = 'off' }
        $kept = @{}
        foreach ($name in 'PATH', 'API_TOKEN', 'AGENTDOM_HOME', 'AGENTDOM_VAULT', 'AGENTDOM_VAULT_KEY', 'AGENTDOM_AGENT_ID',
            'AGENTDOM_ATP_SECRET', 'AGENTDOM_ATP_HOSTS') {
            $kept[$name] = [Environment]::GetEnvironmentVariable($name)
            [Environment]::SetEnvironmentVariable($name, $null)
        }
        $secret = ConvertTo-SecureString $issuer.Secret -AsPlainText -Force
        $count = 0
    }

    BeforeEach {
        $env:AGENTDOM_HOME = Join-Path $TestDrive "home$((++$script:count))"
        $env:AGENTDOM_VAULT = 'Agentdom'
        $env:AGENTDOM_ATP_SECRET = $issuer.Secret
        $env:AGENTDOM_AGENT_ID = $null
        Set-AtpSecret $issuer.Name $secret -WarningAction Ignore
        $null = Request-AtpToken $issuer.Name -Scope data.read -Purpose 'Sync dashboard'
    }

    AfterEach {
        Stop-AtpServer
        if (Get-AtpRefreshJob | Where-Object Scheduler -EQ InProcess) { Unregister-AtpRefreshJob -Scheduler InProcess }
    }

    AfterAll {
        foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
        Stop-TestIssuer $issuer
    }

    It '<Page>.md, line <Line>: <Start>' -ForEach $blocks {
        $script = $Code.Replace('https://api.example.com', "http://$($issuer.Name)").Replace('api.example.com', $issuer.Name)
        $example = [scriptblock]::Create($script)
        $run = {
            $ErrorActionPreference = 'Stop'
            $PSDefaultParameterValues = @{
                'Invoke-RestMethod:AllowUnencryptedAuthentication' = $true
                # Only on Linux can a server's throwaway certificate be trusted without asking the user.
                'Invoke-RestMethod:SkipCertificateCheck' = -not $IsLinux
                'Register-AtpRefreshJob:Scheduler' = 'InProcess'
                'Unregister-AtpRefreshJob:Scheduler' = 'InProcess'
            }
            function Read-Host { $secret }
            & $example
        }
        { & $run } | Should -Not -Throw
    }
}
