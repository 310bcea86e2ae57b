# Makes a module with one cmdlet and one view, because no binary module with views can be imported faster.
param([string] $Folder)
$ErrorActionPreference = 'Stop'
$null = New-Item $Folder -ItemType Directory
Add-Type -OutputAssembly "$Folder/Bare.dll" -TypeDefinition @'
    using System.Management.Automation;
    [Cmdlet("Get", "Bare")]
    public class GetBareCommand : PSCmdlet { }
'@
Set-Content "$Folder/Bare.Format.ps1xml" @'
<Configuration>
  <ViewDefinitions>
    <View>
      <Name>Bare</Name>
      <ViewSelectedBy><TypeName>Bare</TypeName></ViewSelectedBy>
      <ListControl><ListEntries><ListEntry><ListItems>
        <ListItem><PropertyName>Name</PropertyName></ListItem>
      </ListItems></ListEntry></ListEntries></ListControl>
    </View>
  </ViewDefinitions>
</Configuration>
'@
Set-Content "$Folder/Bare.psd1" @'
@{
    RootModule        = 'Bare.dll'
    ModuleVersion     = '0.1.0'
    FormatsToProcess  = 'Bare.Format.ps1xml'
    CmdletsToExport   = 'Get-Bare'
    FunctionsToExport = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
'@
