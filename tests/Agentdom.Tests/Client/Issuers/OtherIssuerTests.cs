using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Our client against an issuer in another language, with a minimal manifest.</summary>
public sealed class OtherIssuerTests
{
    [Fact]
    public async Task ATokenIsGotVerifiedAndRevoked()
    {
        using var issuer = await ExpressIssuer.StartAsync();
        using var agent = new Agent();
        var token = await agent.AcquireAsync(issuer.Name, Agent.RequestOf(purpose: "Übersicht 😀 \u2028 \"1\\2\""));

        Assert.True((await agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken)).IsValid);
        await agent.RevokeAsync(token.RevokeEndpoint, token.AccessToken);
        Assert.False((await agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken)).IsValid);
    }

    [Fact]
    public async Task ItsRefusalIsUnderstood()
    {
        using var issuer = await ExpressIssuer.StartAsync();
        using var agent = new Agent();

        var error = await Agent.FailsAsync(AtpError.ScopeDenied,
            () => agent.AcquireAsync(issuer.Name, Agent.RequestOf(scopes: ["data.erase"])));
        Assert.Contains("data.erase", error.Message);
    }
}
