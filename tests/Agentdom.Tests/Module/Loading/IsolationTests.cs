using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>
/// The module in one process with modules that ship other versions of the same libraries, imported in either order. Each uses
/// its own version, and none is loaded before its first use.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class IsolationTests
{
    private const string Plain = "([pscredential]::new('x', $t.AccessToken).GetNetworkCredential().Password)";

    // Makes the module load its JWT library.
    private static readonly string s_ours = $"Import-Module '{TestPaths.ModuleManifest}'; " +
        "$t = Request-AtpToken @HOST@ -Scope data.read -WarningAction Ignore; ConvertFrom-AtpToken $t | ForEach-Object AgentId";

    [Fact]
    public void TheCmdletAssemblyRefersToNothingThatCouldClash()
    {
        var module = Path.Combine(Path.GetDirectoryName(TestPaths.ModuleManifest)!, "Agentdom.dll");
        using var file = new PEReader(File.OpenRead(module));
        var metadata = file.GetMetadataReader();

        var references = metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name));

        Assert.Equal(
            [
                "Agentdom.Client", "Agentdom.Issuer", "Agentdom.Protocol",
                "System.Management.Automation", "System.Runtime.Loader", "netstandard",
            ],
            references.Order(StringComparer.Ordinal));
    }

    /// <summary>The tour's process has an issuer of its own, and so two of the module's three libraries.</summary>
    [Fact]
    public void ItWorksInAHostThatUsesSomeOfTheLibraries()
    {
        var tour = ProcessRunner.Run("dotnet", [TestPaths.Quickstart], patience: TimeSpan.FromMinutes(3));

        Assert.True(tour.ExitCode == 0, tour.OutputText + tour.Errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ItWorksBesideAModuleThatBringsAnOlderJwtLibrary(bool otherFirst)
    {
        var other = Other(TestPaths.OtherModule, "Get-OtherJwt");

        var result = await RunAsync($"{(otherFirst ? other : "")}\n{s_ours}\n{other}\n{s_ours}");

        Assert.Equal(["agent-one", "agent-one 7.7.2.0", "agent-one"], otherFirst ? result[1..] : result);
        Assert.Equal(otherFirst ? "nobody 7.7.2.0" : "agent-one", result[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ItWorksBesideAModuleThatBringsAnotherMsalAndJsonLibrary(bool otherFirst)
    {
        var folder = TestPaths.NewFolder();
        await using var session = KeychainSession.Start(folder);
        // Another version of the JSON library in a separate load context, as careful modules do.
        var json = Path.Combine(Path.GetDirectoryName(TestPaths.MsalModule)!, "System.Text.Json.dll");
        var other = $"$c = [Runtime.Loader.AssemblyLoadContext]::new('other'); $null = $c.LoadFromAssemblyPath('{json}')\n" +
            Other(TestPaths.MsalModule, "Get-OtherSignIn");
        // MSAL stores the vault's new key in the keychain.
        var loaded = "[AppDomain]::CurrentDomain.GetAssemblies().ForEach({ $_.GetName() }).Where({ $_.Name -in @NAMES@ })" +
            ".ForEach({ \"$($_.Name) $($_.Version)\" })";

        var result = await RunAsync(
            $"{(otherFirst ? other : "")}\n{s_ours}\n{(otherFirst ? "" : other)}\n{s_ours}\n"
            + loaded.Replace("@NAMES@", "'Microsoft.Identity.Client', 'Microsoft.Identity.Client.Extensions.Msal', "
                + "'System.IdentityModel.Tokens.Jwt', 'System.Text.Json'"),
            [.. session.Environment, (AgentdomHome.Variable, folder)]);

        string[] ours = ["agent-one", "agent-one"];
        string[] theirs = [$"[\"{(otherFirst ? "nobody" : "agent-one")}\"] 4.61.3.0 8.0.1.0"];
        Assert.Equal(otherFirst ? [.. theirs, .. ours] : [ours[0], .. theirs, ours[1]], result[..3]);
        // Both versions of the others. The module does not use MSAL itself, only its storage library.
        Assert.Contains("Microsoft.Identity.Client 4.61.3.0", result);
        Assert.Contains(result, l => l.StartsWith("Microsoft.Identity.Client.Extensions.Msal 4.", StringComparison.Ordinal));
        foreach (var name in new[] { "System.IdentityModel.Tokens.Jwt ", "System.Text.Json " })
            Assert.Equal(2, result.Distinct().Count(l => l.StartsWith(name, StringComparison.Ordinal)));
    }

    // Uses the other module's libraries, on the module's token if there is one by now.
    private static string Other(string module, string command) =>
        $"Import-Module '{module}'; "
        + $"{command} $(if ($t) {{ {Plain} }} else {{ '{ByHand.Token("{}", """{"sub":"nobody"}""", new byte[32])}' }})";

    private static async Task<string[]> RunAsync(string script, params (string, string?)[] environment)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var result = await ChildEngine.RunBareAsync(script.Replace("@HOST@", issuer.Name),
            [("AGENTDOM_ATP_SECRET", TestIssuer.SecretText), ("AGENTDOM_AGENT_ID", "agent-one"), .. environment]);
        Assert.Equal("", result.Errors);
        return result.Output;
    }
}
