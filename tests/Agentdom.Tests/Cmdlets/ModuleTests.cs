using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Cmdlets;

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
        Assert.DoesNotContain(loaded.Output, name => name.StartsWith("Agentdom.Core", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.IdentityModel", StringComparison.Ordinal) || name.StartsWith("Polly", StringComparison.Ordinal));
    }

    [Fact]
    public void TheCmdletAssemblyRefersToNothingThatCouldClash()
    {
        var module = Path.Combine(Path.GetDirectoryName(TestPaths.ModuleManifest)!, "Agentdom.dll");
        using var file = new PEReader(File.OpenRead(module));
        var metadata = file.GetMetadataReader();

        var references = metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name));

        Assert.Equal(["Agentdom.Core", "System.Management.Automation", "System.Runtime.Loader", "netstandard"],
            references.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ItWorksBesideAModuleThatBringsAnOlderJwtLibrary(bool otherFirst)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var other = $"Import-Module '{TestPaths.OtherModule}'";
        // Looking into the token makes each side load its library for good.
        var ours = $"$t = Request-AtpToken {issuer.Name} -Scope data.read -NoPersist; ConvertFrom-AtpToken $t | ForEach-Object AgentId";
        var theirs = "Get-OtherJwt ([pscredential]::new('x', $t.AccessToken).GetNetworkCredential().Password)";

        var result = await ChildEngine.RunAsync(
            $"{(otherFirst ? other : "")}\n{ours}\n{other}\n{theirs}\n{ours}",
            ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText), ("AGENTDOM_AGENT_ID", "agent-one"));

        Assert.Equal(["agent-one", "agent-one 7.7.2.0", "agent-one"], result.Output);
    }
}
