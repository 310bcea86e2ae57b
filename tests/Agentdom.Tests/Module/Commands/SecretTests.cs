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
    public void AShortSecretIsStoredWithAWarning()
    {
        var result = Run("Set-AtpSecret $h ([Net.NetworkCredential]::new('', 'hello').SecurePassword)");

        var warning = Assert.Single(result.Streams.Warning).Message;
        Assert.Contains("shorter than 32 bytes", warning);
        Assert.DoesNotContain("hello", warning);
        Assert.Equal("hello", SecretEntry.Read(new FileVault(), AtpHost.Parse(_issuer.Name)));
        Assert.Empty(Run("Set-AtpSecret $h ([Net.NetworkCredential]::new('', 'x' * 32).SecurePassword)").Streams.Warning);
    }

    [Fact]
    public void TheHostsThatHaveASecretAreListedAndNeverASecret()
    {
        string[] hosts =
        [
            "api.example.com", "api-1.example.com", "a-b.c-d.example:8443", "localhost:5001", "https://localhost:5001", "[::1]:5001",
            "https://[::1]:5001", "[::1]", "xn--mller-kva.example",
        ];
        foreach (var host in hosts) Run($"Set-AtpSecret '{host}' $s");

        var listed = Run("Get-AtpSecret");

        Assert.Equal(hosts.Order(StringComparer.Ordinal), listed.Output.Select(o => (string)o.Properties["Host"].Value));
        Assert.All(listed.Output, o => Assert.Equal("Agentdom", o.Properties["Vault"].Value));
        Assert.DoesNotContain(TestIssuer.SecretText, string.Join(' ', listed.Output.SelectMany(o => o.Properties).Select(p => p.Value)));
        Assert.Equal(["api-1.example.com", "api.example.com"], Run("(Get-AtpSecret api*).Host").Output.Select(o => o.ToString()));
        Assert.Single(Run("Get-AtpSecret localhost:5001").Output);

        Assert.Empty(Run("Get-AtpSecret api* | Remove-AtpSecret").Errors);
        var missing = Run("Get-AtpSecret api.example.com, localhost:5001");
        Assert.Equal("AtpSecretMissing", missing.ErrorId);
        Assert.Single(missing.Output);
    }

    [Fact]
    public void AHostThatItsEntrysNameCannotTellIsListedByTheName()
    {
        var host = string.Join('.', Enumerable.Repeat("label", 20)) + ".example";
        Run($"Set-AtpSecret {host} $s");

        Assert.Equal(EntryName.OfSecret(host), Run("(Get-AtpSecret).Host").Single<string>());
        Assert.Single(Run($"Request-AtpToken $h data.read -Secret $s -NoPersist").Output);
    }

    [Theory]
    // 80 characters and more, and more dots and dashes than are tried.
    [InlineData("a-name-that-is-longer-than-all-that-an-entry-shows.of-a-provider.with-subdomains.example")]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.example")]
    public void ASecretIsFoundByItsHostAndRemovedAsListedHoweverLongTheNameIs(string host)
    {
        Run($"Set-AtpSecret {host} $s; Set-AtpSecret api.example.com $s");

        Assert.Equal(host, Run($"(Get-AtpSecret {host}).Host").Single<string>());
        Assert.Equal(EntryName.OfSecret(host), Run($"(Get-AtpSecret {EntryName.OfSecret(host)}).Host").Single<string>());
        Assert.Equal(2, Run("Get-AtpSecret").Output.Count);
        Assert.Empty(Run("Get-AtpSecret | Remove-AtpSecret").Errors);
        Assert.Empty(Run("Get-AtpSecret").Output);
        Assert.Equal("AtpSecretMissing", Run($"Get-AtpSecret {host}").ErrorId);
        Assert.Equal("AtpSecretMissing", Run($"Remove-AtpSecret {EntryName.OfSecret(host)}").ErrorId);
    }

    [Fact]
    public void OneThatCannotBeLookedForSpoilsNoOther()
    {
        Run("Set-AtpSecret api.example.com $s");

        var result = Run("Get-AtpSecret 'no host', api.example.com");

        Assert.Equal("AtpHostInvalid", result.ErrorId);
        Assert.Single(result.Output);
    }

    [Theory]
    [InlineData("localhost:5001", "https://localhost:5001", "https://localhost:5001")]
    [InlineData("https://127.0.0.1:5001", "127.0.0.1:5001", "http://127.0.0.1:5001")]
    public void ALoopbackHostWithTheOtherSchemeIsNamed(string asked, string stored, string named)
    {
        Run($"Set-AtpSecret {stored} $s");

        foreach (var command in new[] { "Get-AtpSecret {0}", "Remove-AtpSecret {0}", "Request-AtpToken {0} data.read" })
        {
            var result = Run(string.Format(null, command, asked));

            Assert.Equal("AtpSecretMissing", result.ErrorId);
            Assert.Contains($"There is one for {named}. Write {named}.", result.Errors[0].Exception.Message);
        }
        Assert.Single(Run("Get-AtpSecret").Output);
        Assert.DoesNotContain("There is one", Run("Get-AtpSecret localhost:5002").Errors[0].Exception.Message);
    }

    [Fact]
    public void AWildcardRemovesNothingAndTheMessageSaysHowItIsDone()
    {
        Run("Set-AtpSecret api.example.com $s");

        var result = Run("Remove-AtpSecret *.example.com");

        Assert.Equal("AtpHostInvalid", result.ErrorId);
        Assert.Contains("pipe that to Remove-AtpSecret", result.Errors[0].Exception.Message);
        Assert.Single(Run("Get-AtpSecret").Output);
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
