BeforeDiscovery {
    $missing = -not (Get-Module PSScriptAnalyzer -ListAvailable)
    if ($missing) { Write-Host 'PSScriptAnalyzer is not installed, so the scripts were not looked at.' }
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $scripts = Get-Item "$root/samples/runbooks/*.ps1", "$root/samples/pipelines/*.ps1", "$root/src/Agentdom/Extension/*.psm1", "$root/out/Agentdom/Agentdom.psd1" |
        ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1); Path = $_.FullName } }
}

Describe "PSScriptAnalyzer's own rules" -Skip:$missing {
    It 'find nothing in <Name>' -ForEach $scripts {
        $except = switch -Wildcard ($Name) {
            # It does not know that a variable of a BeforeAll is read in a test.
            '*.Tests.ps1' { 'PSUseDeclaredVarsMoreThanAssignments' }
            # SecretManagement says what these functions are called and take.
            '*Extension.psm1' { 'PSReviewUnusedParameter', 'PSUseShouldProcessForStateChangingFunctions' }
        }
        Invoke-ScriptAnalyzer $Path -ExcludeRule @($except) | ForEach-Object { "line $($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }
}
