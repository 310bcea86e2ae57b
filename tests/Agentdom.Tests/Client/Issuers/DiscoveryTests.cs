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
    [InlineData("""{"agentdom":"0.1",AUTH}""")]
    [InlineData("""{"agentdom":"1.0","version":"3.0.0",AUTH}""")]
    [InlineData("""{"agentdom":2,"version":{},AUTH}""")]
    [InlineData("""{"agentdom":null,AUTH}""")]
    [InlineData("""{"name":"A host","x":[1,{"y":null}],AUTH}""")]
    public async Task NoVersionAndNoUnknownFieldIsAnObstacle(string json)
    {
        await using var host = await ManifestAsync(json.Replace(
            "AUTH", """
            "auth":{"method":"agent_token","agent_token_endpoint":"ORIGIN/t","later":{"a":[]}}
            """));

        Assert.Equal("/t", (await _agent.DiscoverAsync(host.Name)).TokenEndpoint.AbsolutePath);
    }

    // Published tools know only these methods, so a host that serves them too names one of them.
    [Theory]
    [InlineData("\"agent_token\"", "agent_token")]
    [InlineData("\"none\"", "none")]
    [InlineData("\"api_key\"", "api_key")]
    [InlineData("\"oauth2_pkce\"", "oauth2_pkce")]
    [InlineData("\"\\u001b[2J\\r\\n\"", "[2J")]
    [InlineData("null", null)]
    [InlineData("5", null)]
    public async Task AHostWithAnEndpointTakesAgentTokensWhateverMethodItNames(string method, string? shown)
    {
        await using var host = await ManifestAsync(
            $$$"""{"auth":{"method":{{{method}}},"agent_token_endpoint":"ORIGIN/t"}}""");
        var manifest = await _agent.DiscoverAsync(host.Name);

        Assert.Equal("/t", manifest.TokenEndpoint.AbsolutePath);
        Assert.Equal(shown, manifest.Method);
    }

    [Theory]
    [InlineData("oauth2", "'oauth2'")]
    [InlineData("AGENT_TOKEN", "'AGENT_TOKEN'")]
    [InlineData("\\u001b[2J\\r\\n", "[2J")]
    public async Task WithoutAnEndpointTheMethodIsNamed(string method, string shown)
    {
        await using var host = await ManifestAsync(
            $$$"""{"auth":{"method":"{{{method}}}","agent_token_endpoint":null}}""");
        var error = await Agent.FailsAsync(AtpError.MethodUnsupported, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains(shown, error.Message);
        Assert.DoesNotContain("dialect", error.Message);
    }

    [Fact]
    public async Task AHostThatOffersThePublishedDialectIsToldApart()
    {
        await using var host = await ManifestAsync(
            """{"auth":{"method":"api_key","agent_tokens":{"issue":"POST https://api.example.com/v1/agent-tokens/managed"}}}""");
        var error = await Agent.FailsAsync(AtpError.MethodUnsupported, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains("'api_key'", error.Message);
        Assert.Contains("'agent_tokens', the dialect of the published AgentDOM client", error.Message);
    }

    [Fact]
    public async Task TheMethodWithoutItsEndpointIsAnErrorOfItsOwn()
    {
        await using var host = await ManifestAsync("""{"auth":{"method":"agent_token"}}""");
        var error = await Agent.FailsAsync(AtpError.ManifestInvalid, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains("'agent_token' but no 'agent_token_endpoint'", error.Message);
    }

    [Fact]
    public async Task NullCountsAsMissing()
    {
        await using var host = await ManifestAsync(
            """
            {"auth":{"method":null,"agent_token_endpoint":"ORIGIN/t","agent_token_verify_endpoint":null,
            "agent_token_revoke_endpoint":null,"agent_token_audience":null,"agent_token_jwks_uri":null,"scopes":null}}
            """);
        var manifest = await _agent.DiscoverAsync(host.Name);

        Assert.Equal(("/t/verify", "/t/revoke"), (manifest.VerifyEndpoint.AbsolutePath, manifest.RevokeEndpoint.AbsolutePath));
        Assert.Null(manifest.Audience);
        Assert.Empty(manifest.Scopes);
    }

    // Agents send nothing there, so no value is a reason to refuse the manifest.
    [Theory]
    [InlineData("", null)]
    [InlineData(",\"agent_token_jwks_uri\":null", null)]
    [InlineData(",\"agent_token_jwks_uri\":\"https://keys.example.com/jwks\"", "https://keys.example.com/jwks")]
    [InlineData(",\"agent_token_jwks_uri\":\"http://localhost:1/jwks\"", "http://localhost:1/jwks")]
    [InlineData(",\"agent_token_jwks_uri\":\"http://keys.example.com/jwks\"", null)]
    [InlineData(",\"agent_token_jwks_uri\":\"https://user:password@keys.example.com/jwks\"", null)]
    [InlineData(",\"agent_token_jwks_uri\":\"/.well-known/jwks.json\"", null)]
    [InlineData(",\"agent_token_jwks_uri\":\"\"", null)]
    [InlineData(",\"agent_token_jwks_uri\":[5]", null)]
    public async Task TheAddressOfTheKeysIsReadIfItIsUsable(string member, string? expected)
    {
        await using var host = await ManifestAsync($$$"""{"auth":{"agent_token_endpoint":"ORIGIN/t"{{{member}}}}}""");
        var manifest = await _agent.DiscoverAsync(host.Name);

        Assert.Equal("/t", manifest.TokenEndpoint.AbsolutePath);
        Assert.Equal(expected, manifest.JwksUri?.ToString());
    }

    [Fact]
    public async Task AForeignAudienceIsRefusedForEachCallerWhoDoesNotTrustIt()
    {
        await using var host = await ManifestAsync(
            """{"auth":{"agent_token_endpoint":"ORIGIN/t","agent_token_audience":"https://orders.example"}}""");
        var error = await Agent.FailsAsync(AtpError.AudienceForeign, () => _agent.DiscoverAsync(host.Name));
        Assert.Contains("https://orders.example", error.Message);

        Assert.Equal("https://orders.example", (await _agent.DiscoverAsync(host.Name, false, "orders.example")).Audience);
        await Agent.FailsAsync(AtpError.AudienceForeign, () => _agent.DiscoverAsync(host.Name));
        await Agent.FailsAsync(AtpError.AudienceForeign, () => _agent.AcquireAsync(host.Name));
        Assert.Empty(host.Posts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"auth":"agent_token"}""")]
    [InlineData("""{"auth":{"method":5}}""")]
    [InlineData("""{"auth":null}""")]
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
    public async Task AHostWithoutAManifestHasItsOwnError(int status)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Text(status, "text/html", "<p>No</p>"), []);

        await Agent.FailsAsync(AtpError.ManifestMissing, () => _agent.DiscoverAsync(host.Name));
        Assert.Equal(1, host.ManifestHits);
    }

    // A failing host has a manifest perhaps, and a firewall knows nothing of one.
    [Theory]
    [InlineData(401, "text/html", "<p>No</p>", "answers with a web page (status 401")]
    [InlineData(403, "text/html", "<p>No</p>", "answers with a web page (status 403")]
    [InlineData(500, "text/html", "<p>No</p>", "answers with a web page (status 500")]
    [InlineData(500, "text/plain", "", "was answered by Other/1.0 with status 500.")]
    [InlineData(500, "application/problem+json", """{"title":"Oops","detail":"Out of memory."}""", "with status 500: Out of memory.")]
    public async Task AnErrorInPlaceOfTheManifestIsNotAMissingManifest(int status, string type, string body, string said)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Text(status, type, body, ("Server", "Other/1.0")), []);

        var error = await Agent.FailsAsync(AtpError.IssuerFailed, () => _agent.DiscoverAsync(host.Name));
        Assert.Contains(said, error.Happened);
        Assert.Contains("Other/1.0", error.Happened);
        Assert.DoesNotContain("no AgentDOM manifest", error.Message);
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
    [InlineData(600 * 1024, true)]
    [InlineData(2 * 1024 * 1024, true)]
    [InlineData(2 * 1024 * 1024 + 1, false)]
    public async Task AManifestHasAtMost2MiB(int bytes, bool isRead)
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

        var error = await Agent.FailsAsync(AtpError.RedirectRefused, () => _agent.DiscoverAsync(host.Name));
        Assert.Contains($"({status}) to {target.Name},", error.Message);
        Assert.Contains(target.Name, error.Advice);
        Assert.Equal((1, 0), (host.ManifestHits, target.ManifestHits));
    }

    [Theory]
    [InlineData("https://user:password@API.Example.com/path?token=x#y", "to api.example.com, and")]
    [InlineData("https://api.example.com:8443", "to api.example.com:8443, and")]
    [InlineData("//api.example.com/x", "to api.example.com, and")]
    [InlineData("/login?next=secret", "to HOST, and")]
    [InlineData("mailto:user@api.example.com", "redirect (302), and")]
    [InlineData("http://[", "redirect (302), and")]
    [InlineData(null, "redirect (302), and")]
    public async Task TheHostThatARedirectPointsToIsNamedAndNothingElse(string? location, string shown)
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(302, "", location is null ? [] : [("Location", location)]));
        var error = await Agent.FailsAsync(AtpError.RedirectRefused, () => _agent.AskAsync(host.Endpoint));

        Assert.Contains(shown.Replace("HOST", host.Name), error.Message);
        Assert.DoesNotContain("user", error.Message);
        Assert.DoesNotContain("secret", error.Message);
        Assert.DoesNotContain("token=x", error.Message);
    }

    private static Task<ScriptedIssuer> ManifestAsync(string json) => ScriptedIssuer.StartAsync(
        context => Answers.Json(200, json.Replace("ORIGIN", $"http://{context.Request.Host.Value}"))(context), []);
}
