BeforeDiscovery {
    $missing = -not (Get-Module PSScriptAnalyzer -ListAvailable)
    if ($missing) { Write-Host 'PSScriptAnalyzer is not installed, so the scripts were not looked at.' }
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $scripts = @(Get-ChildItem "$root/samples", "$root/src", "$root/tests" -Recurse -File -Include *.ps1, *.psm1, *.psd1) +
        @(Get-Item "$root/build.ps1", "$root/out/Agentdom/Agentdom.psd1") |
        ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1).Replace('\', '/'); Path = $_.FullName } } |
        Where-Object { $_.Name -notmatch '/(bin|obj|node_modules)/' }
}

Describe "PSScriptAnalyzer's own rules" -Skip:$missing {
    It 'find nothing in <Name>' -ForEach $scripts {
        $except = switch -Wildcard ($Name) {
            # It does not see what is read in another block: a variable of a BeforeAll, a parameter of the script.
            '*.Tests.ps1' { 'PSUseDeclaredVarsMoreThanAssignments' }
            'tests/*' { 'PSReviewUnusedParameter' }
            # Helpers of tests are no commands for people, and a run says on the console what it skips.
            'tests/*' {
                'PSUseShouldProcessForStateChangingFunctions', 'PSProvideCommentHelp', 'PSAvoidUsingPositionalParameters',
                'PSAvoidUsingWriteHost'
            }
            # Made-up secrets, loopback servers and examples out of the documents are what the tests work with.
            'tests/*' { 'PSAvoidUsingConvertToSecureStringWithPlainText', 'PSAvoidUsingAllowUnencryptedAuthentication' }
            'tests/*' { 'PSAvoidUsingInvokeExpression', 'PSAvoidOverwritingBuiltInCmdlets' }
            # SecretManagement says what these functions are called and take, and what they give is a type of its own.
            '*Extension.psm1' { 'PSReviewUnusedParameter', 'PSUseShouldProcessForStateChangingFunctions', 'PSUseOutputTypeCorrectly' }
        }
        Invoke-ScriptAnalyzer $Path -ExcludeRule @($except) |
            ForEach-Object { "line $($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }
}
