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
    [InlineData("-Secret $s", "'wrong'", "", "right")]
    [InlineData("", "'wrong'", "", "refused")]
    [InlineData("", "'wrong'", "api.example.com, other.example", "right")]
    [InlineData("", "'wrong'", "api.example.com;$h", "refused")]
    public void TheGivenSecretComesFirstThenTheEnvironmentsForItsHostsThenTheVaults(
        string parameter, string fromEnvironment, string hosts, string outcome)
    {
        Run($"Set-AtpSecret $h $s; $env:AGENTDOM_ATP_SECRET = {fromEnvironment}; $env:AGENTDOM_ATP_HOSTS = \"{hosts}\"");

        var result = Run($"Request-AtpToken $h data.read {parameter} -NoPersist");

        if (outcome == "right") Assert.Single(result.Output);
        else Assert.Equal("AtpSignatureRefused", result.ErrorId);
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
