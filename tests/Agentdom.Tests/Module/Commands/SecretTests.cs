using System.Net;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>Where the shared secret comes from.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class SecretTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync() => _issuer = await TestIssuer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _engine.Run("$env:AGENTDOM_ATP_SECRET = $env:AGENTDOM_ATP_HOSTS = $null");
        _engine.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public void TheVaultsSecretIsUsedUntilItIsRemoved()
    {
        Assert.Empty(Run("Set-AtpSecret $h $s").Errors);
        Assert.Single(Run("Request-AtpToken $h data.read").Output);
        Assert.Single(Run("Get-AtpToken").Output);
        Assert.Empty(Run("Remove-AtpSecret $h").Errors);
        Assert.Equal("AtpSecretMissing", Run("Request-AtpToken $h data.read").ErrorId);
        Assert.Equal("AtpSecretMissing", Run("Remove-AtpSecret $h").ErrorId);
    }

    [Theory]
    [InlineData("-Secret $s", "'wrong'", "'wrong'", "", "right")]
    [InlineData("", "$s", "'wrong'", "", "right")]
    [InlineData("", "$s", "'wrong'", "api.example.com;$h", "right")]
    [InlineData("", "'wrong'", "$s", "", "refused")]
    [InlineData("", "'wrong'", "$s", "$h", "refused")]
    [InlineData("", "", "$s", "", "right")]
    [InlineData("", "", "$s", "api.example.com $h", "right")]
    [InlineData("", "", "$s", "api.example.com", "missing")]
    public void TheGivenSecretComesFirstThenTheVaultsThenTheEnvironmentsForItsHosts(
        string parameter, string inVault, string inEnvironment, string hosts, string outcome)
    {
        Run($$"""
            function Secure($x) { if ($x -is [securestring]) { $x } else { [Net.NetworkCredential]::new('', $x).SecurePassword } }
            function Plain($x) { [Net.NetworkCredential]::new('', (Secure $x)).Password }
            {{(inVault.Length > 0 ? $"Set-AtpSecret $h (Secure {inVault})" : "")}}
            $env:AGENTDOM_ATP_SECRET = Plain {{inEnvironment}}; $env:AGENTDOM_ATP_HOSTS = "{{hosts}}"
            """);

        var result = Run($"Request-AtpToken $h data.read {parameter} -NoPersist");

        if (outcome == "right") Assert.Single(result.Output);
        else Assert.Equal(outcome == "missing" ? "AtpSecretMissing" : "AtpSignatureRefused", result.ErrorId);
    }

    [Fact]
    public void ARenewalUsesTheVaultsSecretToo()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        Run("Set-AtpSecret $h $s; $env:AGENTDOM_ATP_SECRET = 'another secret, of more than 32 bytes'");

        Assert.Single(Run("Update-AtpToken -All").Output);
        Assert.Single(Run("Update-AtpToken $h -Force").Output);
    }

    [Fact]
    public void AJobUsesTheVaultsSecretToo()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        Run("Set-AtpSecret $h $s; $env:AGENTDOM_ATP_SECRET = 'another secret, of more than 32 bytes'");

        var report = Run(new RefreshScript(TestPaths.ModuleManifest, "Agentdom", TimeSpan.FromMinutes(5)).ForRunspace()).Single<string>();

        Assert.Equal("Succeeded", JobRun.FromJson(report).Outcome);
        Assert.StartsWith("eyJ", Run("Get-AtpToken $h -NoRefresh -AsPlainText").Single<string>());
    }

    [Fact]
    public void ASecretIsForOneHostAndPortOnly()
    {
        Run("Set-AtpSecret localhost:1 $s");
        Assert.Equal("AtpSecretMissing", Run("Request-AtpToken localhost:2 data.read").ErrorId);
    }

    [Fact]
    public void WhatIfKeepsNothing()
    {
        Run("Set-AtpSecret $h $s -WhatIf");
        Assert.Equal("AtpSecretMissing", Run("Request-AtpToken $h data.read").ErrorId);
    }

    private Engine.Result Run(string script) => _engine.Run(script, ("h", _issuer.Name),
        ("s", new NetworkCredential("", TestIssuer.SecretText).SecurePassword));
}
