using System.Management.Automation;
using System.Net;
using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>A proxy that is given, in place of the environment's.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class ProxyParameterTests : IDisposable
{
    private const string Password = "p@ss word/1";

    private readonly Engine _engine = new();
    private readonly EnvironmentVariable _secret = new(SecretFinder.Variable, TestIssuer.SecretText);

    public void Dispose()
    {
        _secret.Dispose();
        _engine.Dispose();
    }

    [Theory]
    [InlineData("Get-AtpManifest api.example.com")]
    [InlineData("Request-AtpToken api.example.com data.read -NoPersist")]
    [InlineData("Get-AtpToken api.example.com")]
    [InlineData("Update-AtpToken api.example.com")]
    [InlineData("Test-AtpToken api.example.com")]
    [InlineData("Test-AtpToken api.example.com -Token $t")]
    [InlineData("Revoke-AtpToken api.example.com")]
    public async Task IsUsedWithItsCredentialByEveryCmdletThatAsksAnIssuer(string command)
    {
        StoredTokens.Save(StoredTokens.Make("api.example.com", TimeSpan.FromSeconds(-1)) with
        {
            VerifyEndpoint = new Uri("https://api.example.com/verify"), RevokeEndpoint = new Uri("https://api.example.com/revoke"),
        });
        await using var proxy = new RefusingProxy(407);

        var result = Run($"{command} -TimeoutSec 20 -Proxy http://{proxy.Name} -ProxyCredential $c");

        Assert.Contains(proxy.Asked, r => r.StartsWith("CONNECT api.example.com:443 ", StringComparison.Ordinal));
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Password));
        Assert.Contains(proxy.Asked, r => r.Contains($"Proxy-Authorization: Basic {basic}", StringComparison.Ordinal));
        Assert.Contains($"The proxy {proxy.Name} wants other credentials", result.AllText);
        Assert.DoesNotContain(Password, result.AllText);
        if (!command.StartsWith("Revoke", StringComparison.Ordinal)) Assert.Equal("AtpProxyRefused", result.ErrorId);
    }

    [Theory]
    [InlineData(407, "wants a user name and password (status 407)", "Add a user name and password for it. Use -ProxyCredential")]
    [InlineData(403, "refuses to connect", "do without that proxy")]
    public async Task TheAdviceIsAboutTheGivenOne(int status, string happened, string advice)
    {
        await using var proxy = new RefusingProxy(status);

        AssertAdvice($"-Proxy http://{proxy.Name}", happened, advice);
    }

    [Fact]
    public void TheAdviceForOneThatDoesNotAnswerIsAboutIt() =>
        AssertAdvice($"-Proxy http://{ClosedPort.Shared.Name}", "does not answer", "Check its address");

    [Fact]
    public async Task OneThatSpeaksNoTlsIsNotTakenForTheHost()
    {
        await using var proxy = await TestHost.StartAsync(static _ => { });

        AssertAdvice($"-Proxy https://{proxy.Name}", $"through the proxy {proxy.Name}", $"write http://{proxy.Name}");
    }

    private void AssertAdvice(string parameters, string happened, string advice)
    {
        var result = Run($"Get-AtpManifest api.example.com -TimeoutSec 20 {parameters}");

        Assert.Equal("AtpProxyRefused", result.ErrorId);
        var message = result.Errors[0].Exception.Message;
        Assert.Contains(happened, message);
        Assert.Contains(advice, message);
        Assert.DoesNotContain("HTTPS_PROXY", message);
        Assert.DoesNotContain("NO_PROXY", message);
        Assert.DoesNotContain("another proxy", message);
    }

    [Fact]
    public async Task LoopbackIsAskedWithoutIt()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var proxy = new RefusingProxy(407);

        Assert.Single(Run($"Request-AtpToken {issuer.Name} data.read -NoPersist -Proxy http://{proxy.Name}").Output);
        Assert.Empty(proxy.Asked);
    }

    [Theory]
    [InlineData("-Proxy proxy.example.com:3128", "http://proxy.example.com:3128")]
    [InlineData("-Proxy ftp://proxy.example.com", "http://proxy.example.com:3128")]
    [InlineData("-Proxy http://user:hunter2@proxy.example.com", "-ProxyCredential")]
    [InlineData("-ProxyCredential $c", "-Proxy")]
    public void OneThatCannotBeUsedIsRefused(string parameters, string advice)
    {
        StoredTokens.Save(StoredTokens.Make("api.example.com", TimeSpan.FromMinutes(30)));
        Assert.Equal("AtpProxyRefused", Run($"Revoke-AtpToken api.example.com {parameters}").ErrorId);
        Assert.Single(Run("Get-AtpToken").Output);

        var result = Run($"Get-AtpManifest api.example.com {parameters}");

        Assert.Equal("AtpProxyRefused", result.ErrorId);
        Assert.Contains(advice, result.Errors[0].Exception.Message);
        Assert.DoesNotContain("hunter2", result.AllText);
    }

    private Engine.Result Run(string script) => _engine.Run(script,
        ("c", new PSCredential("user", new NetworkCredential("", Password).SecurePassword)),
        ("t", new NetworkCredential("", "a.given.token").SecurePassword));
}
