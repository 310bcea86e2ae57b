using System.Net;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>Lists and wildcards of hosts, and what a cmdlet refuses without a host.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class SeveralHostsTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private readonly EnvironmentVariable _secret = new(SecretFinder.Variable, TestIssuer.SecretText);
    private TestIssuer _issuer = null!;
    private TestIssuer _other = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _other = await TestIssuer.StartAsync();
        Assert.Equal(2, Run("Request-AtpToken $h data.read; Request-AtpToken $o data.read").Output.Count);
    }

    public async ValueTask DisposeAsync()
    {
        _secret.Dispose();
        _engine.Dispose();
        await _issuer.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [InlineData("Get-AtpToken $h, $o")]
    [InlineData("Get-AtpToken 127.*, no-match.*")]
    [InlineData("Test-AtpToken $h, $o")]
    [InlineData("Test-AtpToken 127.*")]
    [InlineData("Update-AtpToken $h, $o -Force")]
    [InlineData("Update-AtpToken 127.* -Force")]
    [InlineData("Revoke-AtpToken $h, $o")]
    [InlineData("Revoke-AtpToken *")]
    public void EveryCmdletForStoredTokensTakesThem(string script)
    {
        Assert.Equal(new[] { _issuer.Name, _other.Name }.Order(),
            Run(script).Output.Select(o => (string)o.Properties["Host"].Value).Order());
    }

    [Theory]
    [InlineData("Get-AtpToken")]
    [InlineData("Test-AtpToken")]
    [InlineData("Update-AtpToken -Force -HostName")]
    [InlineData("Revoke-AtpToken")]
    public void OneThatHasNoTokenSpoilsNoOther(string command)
    {
        var result = Run($"{command} $h, nowhere.example, $o");

        Assert.Equal(2, result.Output.Count);
        Assert.Equal("AtpTokenNotFound", result.ErrorId);
        Assert.Equal("nowhere.example", result.Errors[0].TargetObject);
    }

    [Theory]
    [InlineData("Test-AtpToken 127.*")]
    [InlineData("Test-AtpToken $h, $o")]
    [InlineData("$h, $o | Test-AtpToken")]
    public async Task AnIssuerThatIsDownSpoilsNoOther(string script)
    {
        await _other.DisposeAsync();
        using var closed = new ClosedPort(AtpHost.Parse(_other.Name).Origin.Port);

        var result = Run(script);

        Assert.Equal("AtpHostUnreachable", result.ErrorId);
        Assert.Equal(_other.Name, result.Errors[0].TargetObject);
        Assert.Equal(_issuer.Name, Assert.Single(result.Output).Properties["Host"].Value);
        if (!script.Contains('|', StringComparison.Ordinal)) Assert.False(Run($"{script} -Quiet").Single<bool>());
    }

    [Theory]
    [InlineData("Get-AtpToken")]
    [InlineData("Test-AtpToken")]
    [InlineData("Update-AtpToken")]
    [InlineData("Revoke-AtpToken")]
    public void ALoopbackHostWithTheOtherSchemeIsNamed(string command)
    {
        var result = Run($"{command} https://$h");

        Assert.Equal("AtpTokenNotFound", result.ErrorId);
        Assert.Equal($"No token is stored for https://{_issuer.Name}. There is one for http://{_issuer.Name}. Write http://{_issuer.Name}.",
            result.Errors[0].Exception.Message);
        Assert.Equal(2, Run("Get-AtpToken").Output.Count);
    }

    [Fact]
    public void OneTokenIsNotReturnedInTwoForms()
    {
        var result = Run("Get-AtpToken $h -AsPlainText -AsHeader");

        Assert.Single(result.Errors);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void QuietIsTrueOnlyIfEveryHostHasAValidToken()
    {
        Assert.True(Run("Test-AtpToken $h, $o -Quiet").Single<bool>());
        Assert.True(Run("Test-AtpToken 127.* -Quiet").Single<bool>());
        Assert.False(Run("Test-AtpToken $h, nowhere.example -Quiet").Single<bool>());
        Assert.False(Run("Test-AtpToken no-match.* -Quiet").Single<bool>());
    }

    [Theory]
    [InlineData("Get-AtpToken no-match.*")]
    [InlineData("Test-AtpToken no-match.*")]
    [InlineData("Revoke-AtpToken no-match.*")]
    public void AWildcardWithoutAMatchIsNoError(string script)
    {
        var result = Run(script);

        Assert.Empty(result.Output);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public void AWildcardRevokesOnlyWhatItMatchesAndOnlyOfThisAgent()
    {
        StoredTokens.Save(StoredTokens.Make("api.example.com", TimeSpan.FromMinutes(30)));
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(30)) with { AgentId = "another-agent" });

        Assert.Equal(2, Run("Revoke-AtpToken 127.*").Output.Count);

        Assert.Equal(["another-agent", AgentId.Current().Value],
            Run("(Get-AtpToken -AgentId *).AgentId").Output.Select(o => o.ToString()).Order(Comparer<string?>.Create(
                static (a, b) => (a == "another-agent" ? 0 : 1) - (b == "another-agent" ? 0 : 1))));
    }

    [Theory]
    [InlineData("Test-AtpToken $h, $o -Token $t")]
    [InlineData("Test-AtpToken 127.* -Token $t")]
    public void ATokenThatIsGivenIsSentToOneHostOnly(string script)
    {
        var result = _engine.Run(script, ("h", _issuer.Name), ("o", _other.Name),
            ("t", new NetworkCredential("", "the.given.token").SecurePassword));

        Assert.Equal("AtpHostInvalid", result.ErrorId);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("Get-AtpToken -AsPlainText")]
    [InlineData("Get-AtpToken * -AsPlainText")]
    [InlineData("Get-AtpToken $h, 127.* -AsPlainText")]
    [InlineData("Get-AtpToken -MinimumValidity 00:05")]
    [InlineData("Get-AtpToken 127.* -MinimumValidity 00:05")]
    public void WhatIsForOneHostIsRefusedForAList(string script)
    {
        var result = Run(script);

        Assert.Equal("AtpHostInvalid", result.ErrorId);
        Assert.InRange(result.Output.Count, 0, script.Contains(',', StringComparison.Ordinal) ? 1 : 0);
    }

    [Fact]
    public void AHostThatIsNullIsNotTakenForAllHosts()
    {
        foreach (var script in new[] { "Get-AtpToken $null", "Revoke-AtpToken $null", "Test-AtpToken $null", "Get-AtpSecret $null" })
        {
            var result = Run(script);
            Assert.Single(result.Errors);
            Assert.Empty(result.Output);
        }
        Assert.Equal(2, Run("Get-AtpToken").Output.Count);
    }

    [Fact]
    public void RevokingWhatIsNotStoredSaysThatThereIsNothingToRevoke()
    {
        var message = Assert.Single(Run("Revoke-AtpToken nowhere.example").Errors).Exception.Message;

        Assert.EndsWith("Nothing to revoke.", message);
        Assert.DoesNotContain("Request-AtpToken", message);
        StoredTokens.Save(StoredTokens.Make("api.example.com", TimeSpan.FromMinutes(30)) with { AgentId = "another-agent" });
        Assert.Contains("-AgentId another-agent",
            Assert.Single(Run("Revoke-AtpToken api.example.com").Errors).Exception.Message);
    }

    [Theory]
    [InlineData(45, "", @"44m left, not due\.")]
    [InlineData(45, "-MinimumValidity 50", @"44m left, due\.")]
    [InlineData(1, "", @"\d+s left, due\.")]
    public void VerboseSaysHowMuchTimeIsLeft(int minutes, string more, string said)
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(minutes)));

        Assert.Contains(Run($"Get-AtpToken $h -Verbose {more}").Streams.Verbose,
            v => System.Text.RegularExpressions.Regex.IsMatch(v.Message, said) && v.Message.Contains(_issuer.Name));
    }

    [Fact]
    public void AMomentInAMessageHasItsOffsetAndADurationItsUnit()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromSeconds(-1)));
        Assert.Matches(@"expired at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\.", Message("Get-AtpToken $h -NoRefresh"));

        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(45)));
        Assert.Contains("expires in 44m, sooner", Message("Get-AtpToken $h -MinimumValidity 50 -NoRefresh"));
        Assert.Contains("expires in 59m, sooner", Message("Get-AtpToken $h -MinimumValidity 5:00"));
        Assert.Contains("lower -MinimumValidity", Message("Get-AtpToken $h -MinimumValidity 5:00"));
    }

    private string Message(string script) => Assert.Single(Run(script).Errors).Exception.Message;

    private Engine.Result Run(string script) => _engine.Run(script, ("h", _issuer.Name), ("o", _other.Name));
}
