using System.Net;
using System.Security.Cryptography;
using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

[Collection(PowerShellCollection.Name)]
public sealed class SignatureTests : IDisposable
{
    private const string Canonical = """{"agent_id":"a","purpose":"","scopes":["data.read"],"timestamp":1795464527000}""";

    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("@{ timestamp = 1795464527000; scopes = @('data.read'); purpose = ''; agent_id = 'a' }")]
    [InlineData("[pscustomobject]@{ timestamp = 1795464527000; scopes = [string[]]'data.read'; purpose = ''; agent_id = 'a' }")]
    [InlineData("""'{ "timestamp": 1795464527000, "scopes": ["data.read"], "purpose": "", "agent_id": "a", "signature": "ignored" }'""")]
    public void TheSameBodyIsSignedTheSameHoweverItIsGiven(string body)
    {
        var expected = Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestIssuer.SecretText), Encoding.UTF8.GetBytes(Canonical)));

        Assert.Equal(Canonical, Run($"({body} | New-AtpSignature -Secret $s).CanonicalBody").Single<string>());
        Assert.Equal(expected, Run($"[string](New-AtpSignature ({body}) $s)").Single<string>());
        Assert.True(Run($"Test-AtpSignature ({body}) '{expected.ToUpperInvariant()}' $s").Single<bool>());
        Assert.False(Run($"Test-AtpSignature ({body}) '{expected[..63]}' $s").Single<bool>());
    }

    [Theory]
    [InlineData("'{\"a\":1,\"a\":2}'")]
    [InlineData("'[1]'")]
    [InlineData("'not json'")]
    [InlineData("@{ a = [double]::NaN }")]
    [InlineData("@{ a = [datetime]::Now }")]
    [InlineData("@{ a = 9007199254740992 }")]
    [InlineData("5")]
    public void ABodyWithoutOneCanonicalFormIsRefused(string body) =>
        Assert.Equal("AtpBodyInvalid", Run($"New-AtpSignature ({body}) $s").ErrorId);

    [Fact]
    public void AnObjectThatHoldsItselfIsRefused() =>
        Assert.Equal("AtpBodyInvalid", Run("$o = @{}; $o.o = $o; New-AtpSignature $o $s").ErrorId);

    [Fact]
    public void OneBadBodyInAPipelineSpoilsNoOther()
    {
        var result = Run("'{\"a\":1}', 'bad', '{\"a\":2}' | New-AtpSignature -Secret $s");
        Assert.Equal(2, result.Output.Count);
        Assert.Equal("AtpBodyInvalid", result.ErrorId);
    }

    [Fact]
    public void ASecretIsMadeOf256RandomBits()
    {
        var secret = Run("New-AtpSecret -AsPlainText").Single<string>();
        Assert.Equal(43, secret.Length);
        Assert.NotEqual(secret, Run("New-AtpSecret -AsPlainText").Single<string>());
        Assert.Equal(43, Run("(New-AtpSecret).Length").Single<int>());
    }

    [Fact]
    public void TheAgentIdReadsAsTextAndTheEnvironmentOverridesIt()
    {
        Assert.Matches("^[0-9a-f]{64}$", Run("\"$(Get-AgentId)\"").Single<string>());
        Assert.Equal("runner-7",
            Run("$env:AGENTDOM_AGENT_ID = 'runner-7'; (Get-AgentId).Id; $env:AGENTDOM_AGENT_ID = $null").Single<string>());
    }

    private Engine.Result Run(string script) =>
        _engine.Run(script, ("s", new NetworkCredential("", TestIssuer.SecretText).SecurePassword));
}
