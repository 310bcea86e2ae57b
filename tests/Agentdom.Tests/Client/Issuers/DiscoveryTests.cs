using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Client;

/// <summary>Reading a host's manifest.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task TheIssuersOwnManifestIsRead()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.Audience = "orders");
        var manifest = await _agent.DiscoverAsync(issuer.Name);

        Assert.Equal(issuer.Uri("/v1/agent-tokens"), manifest.TokenEndpoint);
        Assert.Equal(issuer.Uri("/v1/agent-tokens/verify"), manifest.VerifyEndpoint);
        Assert.Equal(issuer.Uri("/v1/agent-tokens/revoke"), manifest.RevokeEndpoint);
        Assert.Equal("orders", manifest.Audience);
        Assert.Equal(["data.read", "data.write"], manifest.Scopes);
    }

    [Fact]
    public async Task TheSmallestManifestIsEnough()
    {
        await using var host = await ManifestAsync(
            """{"auth":{"method":"agent_token","agent_token_endpoint":"ORIGIN/t"}}""");
        var manifest = await _agent.DiscoverAsync(host.Name);

        Assert.Equal($"http://{host.Name}/t", manifest.TokenEndpoint.ToString());
        Assert.Equal($"http://{host.Name}/t/verify", manifest.VerifyEndpoint.ToString());
        Assert.Equal($"http://{host.Name}/t/revoke", manifest.RevokeEndpoint.ToString());
        Assert.Null(manifest.Audience);
        Assert.Empty(manifest.Scopes);
    }

    [Theory]
    [InlineData("""{"agentdom":"0.9",AUTH}""")]
    [InlineData("""{"agentdom":"0",AUTH}""")]
    [InlineData("""{"agentdom":0.1,AUTH}""")]
    [InlineData("""{"agentdom":null,AUTH}""")]
    [InlineData("""{"name":"A host","x":[1,{"y":null}],AUTH}""")]
    public async Task KnownVersionsAndUnknownFieldsAreNoObstacle(string json)
    {
        await using var host = await ManifestAsync(json.Replace(
            "AUTH", """
            "auth":{"method":"agent_token","agent_token_endpoint":"ORIGIN/t","later":{"a":[]}}
            """));

        Assert.Equal("/t", (await _agent.DiscoverAsync(host.Name)).TokenEndpoint.AbsolutePath);
    }

    [Theory]
    [InlineData("\"1.0\"", "1.0")]
    [InlineData("\"2\"", "2")]
    [InlineData("1", "1")]
    [InlineData("1.5", "1.5")]
    [InlineData("\"next\"", "next")]
    public async Task AnotherMajorVersionIsRefusedAndNamed(string version, string shown)
    {
        await using var host = await ManifestAsync(
            $$$"""{"agentdom":{{{version}}},"auth":{"method":"agent_token","agent_token_endpoint":"ORIGIN/t"}}""");
        var error = await Agent.FailsAsync(AtpError.ManifestInvalid, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains($"version {shown};", error.Message);
    }

    [Theory]
    [InlineData("oauth2", "'oauth2'")]
    [InlineData("AGENT_TOKEN", "'AGENT_TOKEN'")]
    [InlineData("\\u001b[2J\\r\\n", "[2J")]
    public async Task AnotherMethodIsRefusedAndNamed(string method, string shown)
    {
        await using var host = await ManifestAsync(
            $$$"""{"auth":{"method":"{{{method}}}","agent_token_endpoint":"ORIGIN/t"}}""");
        var error = await Agent.FailsAsync(AtpError.MethodUnsupported, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains(shown, error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"auth":"agent_token"}""")]
    [InlineData("""{"auth":{"method":5}}""")]
    [InlineData("""{"auth":{"method":"agent_token"}}""")]
    [InlineData("""{"auth":{"method":"agent_token","agent_token_endpoint":5}}""")]
    [InlineData("""{"auth":{"method":"agent_token","agent_token_endpoint":"ORIGIN/t","scopes":"data.read"}}""")]
    [InlineData("""{"auth":{"method":"agent_token","agent_token_endpoint":"ORIGIN"},"auth":{}}""")]
    [InlineData("<!doctype html><title>Welcome</title>")]
    public async Task WhatIsNoManifestIsRefused(string text)
    {
        await using var host = await ManifestAsync(text);

        await Agent.FailsAsync(AtpError.ManifestInvalid, () => _agent.DiscoverAsync(host.Name));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task AHostWithoutAManifestHasItsOwnError(int status)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Text(status, "text/html", "<p>No</p>"), []);

        await Agent.FailsAsync(AtpError.ManifestMissing, () => _agent.DiscoverAsync(host.Name));
        Assert.Equal(1, host.ManifestHits);
    }

    [Fact]
    public async Task ABusyHostIsAskedAgain()
    {
        var hits = 0;
        await using var host = await ScriptedIssuer.StartAsync(
            context => ++hits < 3
                ? Answers.Error(503, "temporarily_unavailable")(context)
                : Answers.Json(200, ScriptedIssuer.ManifestOf(context.Request.Host.Value!))(context), []);

        Assert.Equal(host.Endpoint, (await _agent.DiscoverAsync(host.Name)).TokenEndpoint);
        Assert.Equal(3, host.ManifestHits);
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData(64 * 1024 + 1, false)]
    public async Task AManifestHasAtMost64KiB(int bytes, bool isRead)
    {
        RequestDelegate answer = context =>
            Answers.Json(200, ScriptedIssuer.ManifestOf(context.Request.Host.Value!).PadRight(bytes))(context);
        await using var host = await ScriptedIssuer.StartAsync(answer, []);

        if (isRead) Assert.NotNull(await _agent.DiscoverAsync(host.Name));
        else await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.DiscoverAsync(host.Name));
    }

    [Fact]
    public async Task AnEndlessManifestIsCutOff()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Endless, []);

        await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.DiscoverAsync(host.Name));
        Assert.Equal(1, host.ManifestHits);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task ARedirectIsNotFollowed(int status)
    {
        await using var target = await ScriptedIssuer.StartAsync(Answers.Grant);
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(status, "", ("Location", $"http://{target.Name}/.well-known/agentdom.json")), []);

        await Agent.FailsAsync(AtpError.RedirectRefused, () => _agent.DiscoverAsync(host.Name));
        Assert.Equal((1, 0), (host.ManifestHits, target.ManifestHits));
    }

    private static Task<ScriptedIssuer> ManifestAsync(string json) => ScriptedIssuer.StartAsync(
        context => Answers.Json(200, json.Replace("ORIGIN", $"http://{context.Request.Host.Value}"))(context), []);
}
