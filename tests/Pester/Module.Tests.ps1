BeforeAll {
    $manifest = "$PSScriptRoot/../../out/Agentdom/Agentdom.psd1"
    $exports = (Import-PowerShellDataFile $manifest).CmdletsToExport | Sort-Object
    Import-Module $manifest -Force
}

Describe 'The module' {
    It 'has a valid manifest' {
        (Test-ModuleManifest $manifest).Name | Should -Be 'Agentdom'
    }

    It 'exports exactly what its manifest lists' {
        (Get-Command -Module Agentdom).Name | Sort-Object | Should -Be $exports
    }

    It 'keeps its commands when it is imported again' {
        Import-Module $manifest -Force
        (Get-Command -Module Agentdom).Name | Sort-Object | Should -Be $exports
        (Get-AgentId).Id | Should -Match '^.{1,256}$'
    }

    It 'works again after it was removed' {
        Remove-Module Agentdom
        Import-Module $manifest
        (New-AtpSecret -AsPlainText).Length | Should -Be 43
    }

    It 'gives every command approved verbs and typed output' {
        foreach ($command in Get-Command -Module Agentdom) {
            $command.Verb | Should -BeIn (Get-Verb).Verb
            $command.OutputType | Should -Not -BeNullOrEmpty -Because $command.Name
        }
    }
}
