BeforeDiscovery {
    $script:isWindowsHere = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows
    if ($isWindowsHere) { Write-Host "The installation is not tested, because on Windows the user's module path cannot be changed." }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Shell.psm1"
    $repository = Split-Path (Split-Path $PSScriptRoot)
    $module = Join-Path $repository 'out/Agentdom'
}

Describe 'The package' {
    It 'has a manifest with what a gallery shows' {
        $about = Test-ModuleManifest (Join-Path $module 'Agentdom.psd1')
        $about.Description | Should -Not -BeNullOrEmpty
        $about.Author | Should -Be 'Agentdom contributors'
        $about.Tags | Should -Contain 'PSEdition_Desktop'
        $newest = (Get-Content (Join-Path $repository 'CHANGELOG.md') -Raw) -replace "`r" -split '(?m)^(?=## )'
        $about.ReleaseNotes -replace "`r" | Should -Be $newest[1].Trim()
    }

    It 'imports from a copy elsewhere' {
        Copy-Item $module (Join-Path $TestDrive 'Agentdom') -Recurse
        $script = "Import-Module '$TestDrive/Agentdom/Agentdom.psd1'; (Get-AgentId).Id.Length -gt 0; (New-AtpSecret).Length"
        Invoke-Shell -NoProfile -NonInteractive -Command $script | Should -Be 'True', '43'
    }
}

Describe 'build.ps1 -Task Install' -Skip:$isWindowsHere {
    BeforeAll {
        Import-Module "$PSScriptRoot/ThrowawayHome.psm1" -Force
        # As in the user's shell, without the clone's own out/ on the path.
        $there = New-ThrowawayHome (Join-Path $TestDrive 'home') @{ XDG_DATA_HOME = ''; PSModulePath = '' }
        $elsewhere = (New-Item (Join-Path $TestDrive 'elsewhere') -ItemType Directory).FullName
        $version = (Import-PowerShellDataFile (Join-Path $module 'Agentdom.psd1')).ModuleVersion
        $target = Join-Path $TestDrive "home/.local/share/powershell/Modules/Agentdom/$version"
        $install = "& '$(Join-Path $repository 'build.ps1')' -Task Install -NoBuild 3>&1 | Out-String -Width 500"

        function Start-Elsewhere($script) {
            $start = New-ShellStart
            '-NoProfile', '-NonInteractive', '-Command', $script | ForEach-Object { $start.ArgumentList.Add($_) }
            $start.WorkingDirectory = $elsewhere
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            foreach ($name in $there.Keys) { $start.Environment[$name] = $there[$name] }
            $start.Environment.Remove('PSModulePath'), $start.Environment.Remove('XDG_DATA_HOME') | Out-Null
            [Diagnostics.Process]::Start($start)
        }

        function Invoke-Elsewhere($script) {
            $process = Start-Elsewhere $script
            $errors = $process.StandardError.ReadToEndAsync()
            ($process.StandardOutput.ReadToEnd() + $errors.Result).Trim()
        }
    }

    It 'lets Import-Module find it by its name, from anywhere' {
        $said = Invoke-Elsewhere $install
        $said | Should -Match 'Installed Agentdom'
        $said | Should -Not -Match 'PSModulePath'
        Invoke-Elsewhere 'Import-Module Agentdom; (Get-Module Agentdom).ModuleBase; (New-AtpSecret -AsPlainText).Length' |
            Should -Be "$target$([Environment]::NewLine)43"
        (Get-ChildItem $target -Recurse -File).Count | Should -Be (Get-ChildItem $module -Recurse -File).Count
    }

    It 'replaces the same version while another session uses it, and leaves nothing behind' {
        Set-Content (Join-Path $target 'stale.txt') 'from an older build'
        $user = Start-Elsewhere 'Import-Module Agentdom; "ready"; $null = [Console]::In.ReadLine(); (New-AtpSecret -AsPlainText).Length'
        $user.StandardOutput.ReadLine() | Should -Be 'ready'

        Invoke-Elsewhere $install | Should -Match 'Installed Agentdom'

        $user.StandardInput.WriteLine('go on')
        $user.StandardOutput.ReadToEnd().Trim() | Should -Be '43'
        Join-Path $target 'stale.txt' | Should -Not -Exist
        (Get-ChildItem (Split-Path $target) -Force).Name | Should -Be $version
        Invoke-Elsewhere 'Import-Module Agentdom; (Get-AgentId).Id.Length -gt 0' | Should -Be 'True'
    }

    It 'warns if it is not on the module path' {
        Invoke-Elsewhere "`$env:PSModulePath = '/nowhere'; $install" | Should -Match 'PSModulePath does not contain'
    }
}
