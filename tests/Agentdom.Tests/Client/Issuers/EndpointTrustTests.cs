using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Where a manifest may send a signed body.</summary>
public sealed class EndpointTrustTests : IDisposable
{
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData("https://evil.example/t", "evil.example")]
    [InlineData("https://127.0.0.1.evil.example/t", "127.0.0.1.evil.example")]
    [InlineData("http://127.0.0.2/t", "127.0.0.2")]
    [InlineData("http://localhost/t", "localhost")]
    [InlineData("https://EVIL.example./t", "evil.example")]
    public async Task AnotherHostIsRefusedAndNamed(string endpoint, string named)
    {
        await using var host = await ManifestAsync("agent_token_endpoint", endpoint);
        var error = await Agent.FailsAsync(AtpError.EndpointForeign, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains(named, error.Message);
        Assert.Equal(endpoint, (await _agent.DiscoverAsync(host.Name, false, named)).TokenEndpoint.OriginalString);
    }

    [Theory]
    [InlineData("agent_token_verify_endpoint")]
    [InlineData("agent_token_revoke_endpoint")]
    public async Task AForeignHostForTokensIsRefusedToo(string field)
    {
        await using var host = await ManifestAsync(field, "https://evil.example/t");

        await Agent.FailsAsync(AtpError.EndpointForeign, () => _agent.DiscoverAsync(host.Name));
    }

    [Fact]
    public async Task TrustIsNotKeptForTheNextCaller()
    {
        await using var host = await ManifestAsync("agent_token_endpoint", "https://evil.example/t");
        await _agent.DiscoverAsync(host.Name, false, "evil.example");

        await Agent.FailsAsync(AtpError.EndpointForeign, () => _agent.DiscoverAsync(host.Name));
        Assert.Equal(1, host.ManifestHits);
    }

    [Theory]
    [InlineData("https://api.localhost/t")]
    [InlineData("https://localhost/t")]
    [InlineData("http://LOCALHOST:1/t")]
    public async Task TheHostItselfAndWhatLiesBelowItAreItsOwn(string endpoint)
    {
        await using var host = await ManifestAsync("agent_token_endpoint", endpoint);
        var manifest = await _agent.DiscoverAsync($"localhost:{host.Endpoint.Port}");

        Assert.Equal(endpoint, manifest.TokenEndpoint.OriginalString);
    }

    [Theory]
    [InlineData("https://notlocalhost/t")]
    [InlineData("https://localhost.example/t")]
    public async Task ANameThatOnlyLooksLikeTheHostsIsForeign(string endpoint)
    {
        await using var host = await ManifestAsync("agent_token_endpoint", endpoint);

        await Agent.FailsAsync(AtpError.EndpointForeign, () => _agent.DiscoverAsync($"localhost:{host.Endpoint.Port}"));
    }

    [Theory]
    [InlineData("http://api.example.com/t")]
    [InlineData("http://evil.example/\\u001b[2J")]
    [InlineData("/v1/agent-tokens")]
    [InlineData("v1/agent-tokens")]
    [InlineData("")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/t")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://user:password@127.0.0.1/t")]
    public async Task AnythingButAnHttpsAddressIsRefused(string endpoint)
    {
        await using var host = await ManifestAsync("agent_token_endpoint", endpoint);

        await Agent.FailsAsync(AtpError.EndpointInvalid, () => _agent.DiscoverAsync(host.Name));
        await Agent.FailsAsync(AtpError.EndpointInvalid, () => _agent.DiscoverAsync(host.Name, true, "evil.example"));
    }

    private static Task<ScriptedIssuer> ManifestAsync(string field, string endpoint) => ScriptedIssuer.StartAsync(
        context =>
        {
            var own = ScriptedIssuer.ManifestOf(context.Request.Host.Value!);
            // As an additional endpoint, or as the token endpoint itself.
            var json = field == "agent_token_endpoint"
                ? $$$"""{"auth":{"method":"agent_token","{{{field}}}":"{{{endpoint}}}"}}"""
                : own.Replace("\"method\"", $"\"{field}\":\"{endpoint}\",\"method\"");
            return Answers.Json(200, json)(context);
        },
        []);
}
