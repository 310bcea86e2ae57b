using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

[Collection(PowerShellCollection.Name)]
public sealed class ModuleTests
{
    private const string Names = "(Get-Command -Module Agentdom | ForEach-Object Name) -join ','";

    [Fact]
    public void ItsCommandsAreTheManifestsExportsAlsoAfterImportingAgain()
    {
        using var engine = new Engine();
        var manifest = File.ReadAllText(TestPaths.ModuleManifest);
        var commands = engine.Run(Names).Single<string>();

        Assert.NotEmpty(commands);
        Assert.All(commands.Split(','), name => Assert.Contains($"'{name}'", manifest));
        Assert.Equal(Regex.Count(manifest, "'[A-Z][a-zA-Z]+-A[a-zA-Z]+'"), commands.Split(',').Length);
        Assert.Equal(commands, engine.Run($"Import-Module '{TestPaths.ModuleManifest}' -Force; {Names}").Single<string>());
        Assert.Equal(64, engine.Run("(Get-AgentId).Id").Single<string>().Length);
    }

    [Fact]
    public async Task ImportingLoadsNoneOfItsDependencies()
    {
        var loaded = await ChildEngine.RunAsync("[AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }");

        Assert.Contains("Agentdom", loaded.Output);
        Assert.DoesNotContain(loaded.Output, name => name is "Agentdom.Protocol" or "Agentdom.Client" or "Agentdom.Issuer"
            || name.StartsWith("Microsoft.IdentityModel", StringComparison.Ordinal) || name.StartsWith("Polly", StringComparison.Ordinal));
    }
}
