@{
    RootModule        = 'Agentdom.Extension.psm1'
    ModuleVersion     = '1.0'
    GUID              = '0f8c1d5b-93b1-4a9e-a6c4-6f6d8f2b6d1e'
    Author            = 'Agentdom contributors'
    Description       = 'What SecretManagement calls when the module is registered as a vault.'
    FunctionsToExport = @('Get-Secret', 'Get-SecretInfo', 'Remove-Secret', 'Set-Secret', 'Set-SecretInfo', 'Test-SecretVault')
    CmdletsToExport   = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
