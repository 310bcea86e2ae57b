BeforeDiscovery {
    $noCron = -not (Get-Command crontab -CommandType Application -ErrorAction SilentlyContinue)
    if ($noCron) { Write-Host 'The five minutes of the README are skipped: crontab is not installed.' }
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $noClone = ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) -or -not (Test-Path "$root/.git") -or
        -not (Get-Command git -CommandType Application -ErrorAction SilentlyContinue)
    $pages = @(Get-Item "$root/*.md") + @(Get-Item "$root/docs/*.md") | ForEach-Object { @{ Page = $_.Name; Path = $_.FullName } }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Shell.psm1"
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $manifest = "$root/out/Agentdom/Agentdom.psd1"
    Import-Module $manifest -Force
    $kept = @{}
    foreach ($name in 'AGENTDOM_HOME', 'AGENTDOM_ATP_SECRET') { $kept[$name] = [Environment]::GetEnvironmentVariable($name) }
    $env:AGENTDOM_HOME = Join-Path $TestDrive 'home'
    $env:AGENTDOM_ATP_SECRET = $null
    $blocks = [regex]::Matches((Get-Content "$root/README.md" -Raw) -replace "`r", '(?s)```(?<language>\w+)\n(?<text>.*?)```') |
        ForEach-Object { [pscustomobject]@{ Language = $_.Groups['language'].Value; Text = $_.Groups['text'].Value } }
    $powershell = @($blocks | Where-Object Language -EQ powershell).Text
}

AfterAll {
    Stop-AtpServer
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'The README' {
    It 'has no code block that no test runs' {
        # ReadmeTests.cs runs the C# blocks, and the tests below the others.
        $blocks.Language -join ' ' | Should -Be 'powershell sh powershell powershell mermaid powershell powershell csharp csharp'
    }

    It 'begins with two lines that work' {
        $server = Start-AtpServer
        # Stands in for the person who is asked for the secret.
        $PSDefaultParameterValues['Set-AtpSecret:Secret'] = $server.Secret
        try {
            $lines = $powershell[0].Replace('https://api.example.com/data', '"$($server.Uri)whoami"').Replace('api.example.com', '$server')
            (. ([scriptblock]::Create($lines))).scopes | Should -Be 'data.read'
            (Get-AtpSecret).Host | Should -Be $server.Host
        }
        finally {
            $PSDefaultParameterValues.Remove('Set-AtpSecret:Secret')
            Stop-AtpServer
        }
    }

    It 'leads from a clone to the installed module' -Skip:$noClone {
        $lines = @($blocks | Where-Object Language -EQ sh)[0].Text.Trim() -split "`n"
        $lines | Should -HaveCount 3
        # The module is not built again, which takes more than a minute.
        $lines[0] = $lines[0].Replace('<address>', "'$root'")
        $lines[2] = "cp -R '$root/out' . && $($lines[2].Replace('-Task Install', '-Task Install -NoBuild'))"
        $folder = New-Item (Join-Path $TestDrive 'stranger') -ItemType Directory
        $start = New-ShellStart
        $words = @($start.FileName) + $start.ArgumentList | ForEach-Object { "'$_'" }
        # A service account may test a clone that belongs to someone else.
        $environment = "HOME=$folder", 'XDG_DATA_HOME=', 'GIT_CONFIG_COUNT=1', 'GIT_CONFIG_KEY_0=safe.directory', 'GIT_CONFIG_VALUE_0=*'
        $said = env -u PSModulePath $environment sh -ec "pwsh() { $words -NoProfile `"`$@`"; }
            cd '$folder'; $($lines -join "`n")
            pwsh -c 'Import-Module Agentdom; (Get-Module Agentdom).ModuleBase'" 2>&1
        "$($said[-1])" | Should -BeLike "$folder/.local/share/powershell/Modules/Agentdom/*" -Because "$said"
    }

    It 'shows a test of a script that passes' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        Set-Content (Join-Path $TestDrive 'Readme.Tests.ps1') $powershell[4]
        # Only on Linux can .NET be made to trust a certificate without asking the user.
        $sync = if ($IsLinux) { $powershell[3] } else { $powershell[3] -replace '(?m)^Invoke-AtpRestMethod', '$0 -SkipCertificateCheck' }
        Set-Content (Join-Path $TestDrive 'sync.ps1') $sync
        # In a separate process, because a nested Pester would remove this one's drives.
        $pester = (Get-Module Pester).Path
        $result = Invoke-Shell -NoProfile -NonInteractive -Command @"
Import-Module '$manifest', '$pester'
(Invoke-Pester '$TestDrive/Readme.Tests.ps1' -PassThru -Output None) | ForEach-Object { `$_.PassedCount, `$_.FailedCount; `$_.Failed.ErrorRecord }
"@
        $result | Should -Be '1', '0'
    }
}

Describe 'The recording of the five minutes' {
    BeforeAll {
        $tour = ($powershell[1] + $powershell[2]) -split "`n" | Where-Object { $_ }

        function Get-Shown($Path) {
            $svg = [xml]::new()
            $svg.PreserveWhitespace = $true
            $svg.Load($Path)
            $svg.GetElementsByTagName('text') | ForEach-Object { $_.InnerText -replace '^PS> ' }
        }
    }

    It 'shows the lines that the README has now' {
        $shown = Get-Shown "$root/docs/tour/tour.svg"
        $shown | Where-Object { $_ -in $tour } | Should -Be $tour -Because 'docs/tour/Record-Tour.ps1 must run again'
        (Get-Item "$root/docs/tour/tour.svg").Length | Should -BeLessThan 50KB
        $shown -join "`n" | Should -Not -Match 'WARNING|eyJ|/home/|/Users/|/root'
    }

    It 'can be made again, and leaves nothing behind' -Skip:$noCron {
        if (Get-AtpRefreshJob) {
            Set-ItResult -Skipped -Because 'this account has a refresh job, which must not be changed'
            return
        }
        $file = Join-Path $TestDrive 'tour.svg'
        $command = "`$PSDefaultParameterValues['Register-AtpRefreshJob:Scheduler'] = 'Cron'; & '$root/docs/tour/Record-Tour.ps1' '$file'"
        $said = Invoke-Shell -NoProfile -NonInteractive -Command $command 2>&1

        $LASTEXITCODE | Should -Be 0 -Because "$said"
        "$said" | Should -Match '^Wrote '
        $shown = Get-Shown $file
        $shown | Where-Object { $_ -in $tour } | Should -Be $tour
        $text = $shown -join "`n"
        $text | Should -Match '\nlocalhost:\d+ data\.read +\d+m First try Agentdom\n'
        $text | Should -Match '\ntour .*First try \{data\.read\}'
        $text | Should -Match '\nCron +5m '
        $text | Should -Match '\nlocalhost:\d+ data\.read True +True'
        $text | Should -Not -Match ('eyJ|' + [regex]::Escape($HOME))
        Get-AtpRefreshJob | Should -BeNullOrEmpty
    }
}

Describe 'The pages' {
    It 'of <Page> have links that lead somewhere' -ForEach $pages {
        $text = (Get-Content $Path -Raw) -replace '(?s)```.*?```'
        $broken = foreach ($link in [regex]::Matches($text, '\]\((?!https?:|mailto:)(?<file>[^)#]*)(#(?<heading>[^)]*))?\)')) {
            $target = if ($link.Groups['file'].Value) { Join-Path (Split-Path $Path) $link.Groups['file'].Value } else { $Path }
            if (-not (Test-Path $target)) { $link.Value; continue }
            if (-not $link.Groups['heading'].Success) { continue }
            $anchors = [regex]::Matches((Get-Content $target -Raw), '(?m)^#+ (.*?)\r?$') |
                ForEach-Object { $_.Groups[1].Value.ToLowerInvariant() -replace '[^\w\- ]' -replace ' ', '-' }
            if ($link.Groups['heading'].Value -notin $anchors) { $link.Value }
        }
        $broken | Should -BeNullOrEmpty
    }

    It 'list every cmdlet' {
        $text = Get-Content "$root/docs/cmdlets.md" -Raw
        (Get-Command -Module Agentdom).Name | Where-Object { $text -notmatch [regex]::Escape("[$_](en-US/") } | Should -BeNullOrEmpty
    }
}
