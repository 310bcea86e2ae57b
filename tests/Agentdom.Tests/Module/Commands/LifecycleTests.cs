using System.Net;
using System.Security;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

[Collection(PowerShellCollection.Name)]
public sealed class LifecycleTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        _engine.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task ATokenIsRequestedKeptTestedUsedAndRevoked()
    {
        var token = Run("$t = Request-AtpToken $h -Scope data.read -Purpose 'Sync dashboard'; $t").Output.Single();
        Assert.Equal(_issuer.Name, token.Properties["Host"].Value);
        Assert.Equal(3600, token.Properties["ExpiresIn"].Value);
        Assert.Equal("Bearer", token.Properties["TokenType"].Value);
        Assert.Equal("Sync dashboard", token.Properties["Purpose"].Value);
        Assert.Equal("Agentdom", token.Properties["Vault"].Value);
        var plain = new NetworkCredential("", (SecureString)token.Properties["AccessToken"].Value).Password;

        Assert.Equal(plain, Run("Get-AtpToken $h -AsPlainText").Single<string>());
        Assert.True(Run("(Test-AtpToken $h).Valid").Single<bool>());
        Assert.Equal(HttpStatusCode.OK, (await _issuer.GetDataAsync(plain)).StatusCode);

        var revocation = Run("Revoke-AtpToken $h").Output.Single();
        Assert.Equal(true, revocation.Properties["RevokedAtIssuer"].Value);
        Assert.Equal(true, revocation.Properties["RemovedFromVault"].Value);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _issuer.GetDataAsync(plain)).StatusCode);
        Assert.False(Run("(Test-AtpToken $h -Token $t.AccessToken).Valid").Single<bool>());
        Assert.False(Run("Test-AtpToken $h -Quiet").Single<bool>());
        Assert.Equal("AtpTokenNotFound", Run("Get-AtpToken $h").ErrorId);
    }

    [Fact]
    public void TokensWithDifferentScopesAreStoredSeparately()
    {
        Run("Request-AtpToken $h data.read; Request-AtpToken $h data.write,data.read; Request-AtpToken $h data.read,data.write");

        Assert.Equal(2, Run("Get-AtpToken '127.*'").Output.Count);
        Assert.Equal("AtpTokenAmbiguous", Run("Get-AtpToken $h").ErrorId);
        Assert.Equal(2, Run("(Get-AtpToken $h -Scope data.write,data.read).ScopesGranted").Output.Count);
        Assert.True(Run("Test-AtpToken $h -Quiet").Single<bool>());

        Run("Revoke-AtpToken $h -Scope data.read");
        Assert.Equal(["data.read", "data.write"], Run("(Get-AtpToken $h).ScopesGranted").Output.Select(o => o.ToString()).Order());
        Assert.Single(Run("Get-AtpToken | Revoke-AtpToken").Output);
        Assert.Empty(Run("Get-AtpToken").Output);
    }

    [Fact]
    public void NoPersistKeepsNothing()
    {
        Assert.Null(Run("Request-AtpToken $h data.read -NoPersist").Output.Single().Properties["Vault"].Value);
        Assert.Empty(Run("Get-AtpToken").Output);
    }

    [Fact]
    public void WhatIfRevokesNothing()
    {
        Run("Request-AtpToken $h data.read");
        Assert.Empty(Run("Revoke-AtpToken $h -WhatIf").Output);
        Assert.True(Run("Test-AtpToken $h -Quiet").Single<bool>());
        Run("Revoke-AtpToken $h");
    }

    [Fact]
    public async Task IfTheIssuerCannotBeReachedRevokingStillRemovesTheToken()
    {
        var gone = await TestIssuer.StartAsync();
        _engine.Run($"Request-AtpToken {gone.Name} data.read");
        await gone.DisposeAsync();
        using var closed = new ClosedPort(gone.Uri("/").Port);

        var result = _engine.Run($"Revoke-AtpToken {gone.Name} -TimeoutSec 5");

        Assert.Equal(false, result.Output.Single().Properties["RevokedAtIssuer"].Value);
        Assert.Equal(true, result.Output.Single().Properties["RemovedFromVault"].Value);
        Assert.Contains("may be valid until", Assert.Single(result.Streams.Warning).Message);
        Assert.Empty(Run("Get-AtpToken").Output);
    }

    [Fact]
    public void AnExplicitEndpointNeedsNoManifest()
    {
        var token = Run("Request-AtpToken localhost:1 data.read -Endpoint http://$h/v1/agent-tokens").Output.Single();
        Assert.Equal("localhost:1", token.Properties["Host"].Value);
        Assert.True(Run("Test-AtpToken localhost:1 -Quiet").Single<bool>());
        Run("Revoke-AtpToken localhost:1");
    }

    [Fact]
    public void DecodingATokenWithoutTheSecretVerifiesNothing()
    {
        Run("$t = Request-AtpToken $h data.read -NoPersist -AgentId agent-7");
        var secret = new NetworkCredential("", TestIssuer.SecretText).SecurePassword;
        var wrong = new NetworkCredential("", new string('w', 32)).SecurePassword;

        Assert.False(Run("($t | ConvertFrom-AtpToken).Verified").Single<bool>());
        Assert.Equal("agent-7", Run("(ConvertFrom-AtpToken $t.AccessToken).AgentId").Single<string>());
        Assert.True(Run("(ConvertFrom-AtpToken $t -Secret $s).Verified", ("s", secret)).Single<bool>());
        Assert.Equal("AtpTokenInvalid", Run("ConvertFrom-AtpToken $t -Secret $s", ("s", wrong)).ErrorId);
    }

    [Fact]
    public void AManifestIsShownAsItIs()
    {
        var manifest = Run("Get-AtpManifest $h").Output.Single();
        Assert.Equal("agent_token", manifest.Properties["Method"].Value);
        Assert.Equal(["data.read", "data.write"], (string[])manifest.Properties["Scopes"].Value);
        Assert.Equal(_issuer.Uri("/v1/agent-tokens"), manifest.Properties["TokenEndpoint"].Value);
    }

    private Engine.Result Run(string script, params (string, object?)[] variables) =>
        _engine.Run(script, [("h", _issuer.Name), .. variables]);
}
