BeforeDiscovery {
    $missing = -not (Get-Module PSScriptAnalyzer -ListAvailable)
    if ($missing) { Write-Host 'PSScriptAnalyzer is not installed, so the scripts were not checked.' }
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $scripts = @(Get-ChildItem "$root/docs", "$root/samples", "$root/src", "$root/tests" -Recurse -File -Include *.ps1, *.psm1, *.psd1) +
        @(Get-Item "$root/build.ps1", "$root/out/Agentdom/Agentdom.psd1") |
        ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1).Replace('\', '/'); Path = $_.FullName } } |
        Where-Object { $_.Name -notmatch '/(bin|obj|node_modules)/' }
}

Describe "PSScriptAnalyzer's own rules" -Skip:$missing {
    It 'find nothing in <Name>' -ForEach $scripts {
        $except = switch -Wildcard ($Name) {
            # It does not detect uses in another block, such as of a variable from BeforeAll or a parameter of the script.
            '*.Tests.ps1' { 'PSUseDeclaredVarsMoreThanAssignments' }
            'tests/lanes/*' { 'PSUseDeclaredVarsMoreThanAssignments' }
            'tests/*' { 'PSReviewUnusedParameter' }
            # Test helpers are not commands for users, and skipped tests are reported on the console.
            'tests/*' { 'PSUseShouldProcessForStateChangingFunctions', 'PSProvideCommentHelp', 'PSAvoidUsingPositionalParameters', 'PSAvoidUsingWriteHost' }
            # The tests use made-up secrets, loopback servers and examples from the documents.
            'tests/*' { 'PSAvoidUsingConvertToSecureStringWithPlainText', 'PSAvoidUsingAllowUnencryptedAuthentication' }
            'tests/*' { 'PSAvoidUsingInvokeExpression', 'PSAvoidOverwritingBuiltInCmdlets' }
            # SecretManagement defines the names, parameters and output types of these functions.
            '*Extension.psm1' { 'PSReviewUnusedParameter', 'PSUseShouldProcessForStateChangingFunctions', 'PSUseOutputTypeCorrectly' }
        }
        Invoke-ScriptAnalyzer $Path -ExcludeRule @($except) |
            ForEach-Object { "line $($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }
}
