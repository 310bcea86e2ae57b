using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

public sealed class MintTests
{
    [Fact]
    public async Task AValidRequestIsAnsweredWithATokenThatMustNotBeCached()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        var answer = await Wire.JsonAsync(response);
        Assert.Equal(["agent_id", "expires_in", "scopes_granted", "token", "token_type"],
            answer.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("Bearer", answer.GetProperty("token_type").GetString());
        Assert.Equal(3600, answer.GetProperty("expires_in").GetInt32());
        Assert.Equal("test-agent", answer.GetProperty("agent_id").GetString());
        Assert.Equal("""["data.read"]""", answer.GetProperty("scopes_granted").GetRawText());
    }

    [Fact]
    public async Task TheTokenIsAnAccessTokenJwtWithTheClaimsOfTheProtocol()
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.write", "data.read" };
        var token = await Wire.TokenAsync(issuer, body);

        var header = ByHand.Header(token);
        Assert.Equal(["alg", "kid", "typ"], header.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("HS256", header.GetProperty("alg").GetString());
        Assert.Equal("at+jwt", header.GetProperty("typ").GetString());
        Assert.NotEmpty(header.GetProperty("kid").GetString()!);
        var claims = ByHand.Claims(token);
        Assert.Equal(["akid", "exp", "iat", "iss", "jti", "nbf", "purpose", "scope", "sub"],
            claims.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("agentdom", claims.GetProperty("iss").GetString());
        Assert.Equal("test-agent", claims.GetProperty("sub").GetString());
        Assert.Equal("data.write data.read", claims.GetProperty("scope").GetString());
        Assert.Equal("tests", claims.GetProperty("purpose").GetString());
        Assert.Equal(time.Seconds, claims.GetProperty("iat").GetInt64());
        Assert.Equal(time.Seconds, claims.GetProperty("nbf").GetInt64());
        Assert.Equal(time.Seconds + 3600, claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task TheTokenIsSignedWithTheDerivedKeyAndNotWithTheSecretItself()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var token = await issuer.TokenAsync();

        Assert.True(ByHand.IsSigned(token, ByHand.TokenKey()));
        Assert.False(ByHand.IsSigned(token, System.Text.Encoding.UTF8.GetBytes(TestIssuer.SecretText)));
    }

    [Fact]
    public async Task AKeyOfTheProvidersOwnTakesTheDerivedKeysPlace()
    {
        var key = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();
        await using var issuer = await TestIssuer.StartAsync(o => o.SigningKeys.Add(Convert.ToBase64String(key)));

        Assert.True(ByHand.IsSigned(await issuer.TokenAsync(), key));
    }

    [Fact]
    public async Task EveryTokenHasAnIdOfItsOwn()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 20; i++) ids.Add(ByHand.Claims(await issuer.TokenAsync()).GetProperty("jti").GetString()!);

        Assert.Equal(20, ids.Count);
    }

    [Fact]
    public async Task ABodySignedWithoutOurCodeIsAcceptedInAnyLayout()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var canonical = $$"""{"agent_id":"ä€","purpose":"","scopes":["data.read"],"timestamp":{{now}},"""
            + "\"unknown\":{\"a\":1,\"b\":[0.5,null]}}";
        var sent = $$"""
            {
              "timestamp" : {{now}},
              "unknown": { "b": [5e-1, null], "a": 1.0 },
              "signature": "{{ByHand.Sign(canonical).ToUpperInvariant()}}",
              "scopes": [ "data\u002eread" ],
              "agent_id": "\u00e4\u20ac", "purpose": ""
            }
            """;
        await using var issuer = await TestIssuer.StartAsync();

        using var response = await issuer.RequestTokenAsync(sent);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("ä€", (await Wire.JsonAsync(response)).GetProperty("agent_id").GetString());
    }

    [Fact]
    public async Task AMemberThatTheIssuerDoesNotKnowIsStillCoveredByTheSignature()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body["note"] = "one";
        using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(body).Replace("one", "two"));

        await Wire.AssertRefusedAsync(response, 401, "invalid_signature");
    }

    [Fact]
    public async Task AShorterLifetimeIsReportedAndApplied()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.TokenLifetime = TimeSpan.FromSeconds(90));
        var answer = await Wire.JsonAsync(await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())));
        var claims = ByHand.Claims(answer.GetProperty("token").GetString()!);

        Assert.Equal(90, answer.GetProperty("expires_in").GetInt64());
        Assert.Equal(90, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task TheTokenContainsTheIssuersNameAndAudience()
    {
        await using var issuer = await TestIssuer.StartAsync(
            o => (o.Issuer, o.Audience) = ("https://me.example", "orders"));
        var body = TestIssuer.Body();
        body["aud"] = "orders";
        var claims = ByHand.Claims(await Wire.TokenAsync(issuer, body));

        Assert.Equal("https://me.example", claims.GetProperty("iss").GetString());
        Assert.Equal("orders", claims.GetProperty("aud").GetString());
    }

    [Theory]
    [InlineData("orders", null)]
    [InlineData("orders", "Orders")]
    [InlineData("orders", "")]
    [InlineData(null, "orders")]
    public async Task ARequestForAnotherAudienceIsRefused(string? configured, string? asked)
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.Audience = configured);
        var body = TestIssuer.Body();
        if (asked is not null) body["aud"] = asked;

        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(TestIssuer.Signed(body)), 400, "invalid_request");
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("true")]
    [InlineData("2026-11-23T20:00:00Z")]
    [InlineData("\"quoted\\")]
    [InlineData("[1,2]")]
    [InlineData("日本語 🚀")]
    public async Task AnAgentIdComesBackAsItWasGiven(string agentId)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        (body["agent_id"], body["purpose"]) = (agentId, agentId);
        var token = await Wire.TokenAsync(issuer, body);
        using var response = await Wire.VerifyAsync(issuer, token);
        var verdict = await Wire.JsonAsync(response);

        Assert.Equal(agentId, ByHand.Claims(token).GetProperty("purpose").GetString());
        Assert.Equal(agentId, verdict.GetProperty("agent_id").GetString());
    }
}
