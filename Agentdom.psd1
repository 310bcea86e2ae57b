@{
    RootModule             = 'Agentdom.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '6f6c6f0e-5a0b-4c3a-9a45-0d1f1d3b7c52'
    Author                 = 'Agentdom contributors'
    CompanyName            = 'Agentdom'
    Copyright              = '(c) Agentdom contributors. MIT licence.'
    Description            = 'Short-lived, scoped API tokens for scripts, pipelines and runbooks that run with nobody watching: asks an AgentDOM host for them, keeps them in a vault, tests, renews and revokes them.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Core', 'Desktop')
    # No FileList: nothing reads it, and PowerShell resolves each of its paths at every import, which took 25 ms.
    # No NestedModules: what SecretManagement calls is in the folder where it looks, and imported in its own session only.
    FormatsToProcess       = @('Agentdom.Format.ps1xml')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    # One expression with commas: PowerShell compiles a line of its own as a statement, which took a fifth of an import.
    CmdletsToExport        = @(
        'ConvertFrom-AtpToken',
        'Get-AgentId',
        'Get-AtpManifest',
        'Get-AtpRefreshJob',
        'Get-AtpSecret',
        'Get-AtpToken',
        'Invoke-AtpRestMethod',
        'Invoke-AtpWebRequest',
        'New-AtpSecret',
        'New-AtpSignature',
        'Register-AtpRefreshJob',
        'Remove-AtpSecret',
        'Request-AtpToken',
        'Revoke-AtpToken',
        'Set-AtpSecret',
        'Start-AtpServer',
        'Stop-AtpServer',
        'Test-AtpSignature',
        'Test-AtpToken',
        'Unregister-AtpRefreshJob',
        'Update-AtpToken'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @(
                'AgentDOM', 'ATP', 'Agent', 'Token', 'JWT', 'HMAC', 'Automation', 'CI', 'SecretManagement', 'Vault',
                'PSEdition_Core', 'PSEdition_Desktop', 'Windows', 'Linux', 'MacOS'
            )
            # The build fills in the newest section of CHANGELOG.md.
            ReleaseNotes = ''
        }
    }
}
