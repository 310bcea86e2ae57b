using Agentdom.Tests.Support;

namespace Agentdom.Tests.Cmdlets;

[Collection(PowerShellCollection.Name)]
public sealed class FirstSliceTests
{
    [Fact]
    public async Task RequestListTestUseRevoke()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var engine = new Engine();
        var result = engine.Run("Request-AtpToken $h -Scope data.read -Secret $s", ("h", issuer.Name), ("s", new System.Net.NetworkCredential("", TestIssuer.SecretText).SecurePassword));
        Assert.Empty(result.Errors);
        dynamic token = Assert.Single(result.Output);
        Assert.Equal(issuer.Name, (string)token.Host);
    }
}
