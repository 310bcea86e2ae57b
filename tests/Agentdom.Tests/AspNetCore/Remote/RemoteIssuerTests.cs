using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.AspNetCore;

/// <summary>An API that accepts tokens of an issuer in another app, without a secret.</summary>
public sealed class RemoteIssuerTests
{
    private const string AgentsSecret = "the secret of the registered agent alone";

    [Fact]
    public async Task AValidTokenAuthenticatesTheAgentByItsId()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name);
        using var response = await api.GetAsync(await issuer.Agents.TokenAsync());

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("test-agent", await response.Content.ReadAsStringAsync());
        Wire.AssertChallenge(await api.GetAsync(null), 401, "Bearer");
        Assert.Contains("test-agent", api.Log.Audit[0].Text);
    }

    [Fact]
    public async Task AScopeThatTheTokenDoesNotHaveIsForbidden()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name);
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.write" };

        var token = await Wire.TokenAsync(issuer.Agents, body);
        Wire.AssertChallenge(await api.GetAsync(token), 403, "Bearer error=\"insufficient_scope\", scope=\"data.read\"");
    }

    [Fact]
    public async Task ARevokedTokenIsRefused()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.IntrospectionCacheSeconds = 0);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        await issuer.Agents.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");

        Wire.AssertChallenge(await api.GetAsync(token), 401, "Bearer error=\"invalid_token\"");
    }

    [Fact]
    public async Task ARevokedTokenIsRefusedAfterTheTimeForWhichAnAnswerIsKept()
    {
        var time = new TwoClocks();
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, time: time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));
        await issuer.Agents.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");

        time.Pass(10);

        Assert.Equal(401, await api.StatusAsync(token));
    }

    [Fact]
    public async Task AnAnswerIsKeptForAWhile()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.IntrospectionCacheSeconds = 30);
        var token = await issuer.Agents.TokenAsync();

        for (var i = 0; i < 10; i++) Assert.Equal(200, await api.StatusAsync(token));

        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Introspection));
        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Metadata));
    }

    [Fact]
    public async Task SimultaneousRequestsAskOnce()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.IntrospectionCacheSeconds = 30);
        var token = await issuer.Agents.TokenAsync();
        var open = new TaskCompletionSource();
        issuer.Before = () => open.Task;

        var requests = Enumerable.Range(0, 20).Select(_ => api.StatusAsync(token)).ToList();
        await TokenApi.UntilAsync(() => Task.FromResult(issuer.Asked > 0));
        open.SetResult();

        Assert.All(await Task.WhenAll(requests), static status => Assert.Equal(200, status));
        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Metadata));
        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Introspection));
    }

    [Fact]
    public async Task WithoutIntrospectionTheIssuerIsAskedForItsKeysOnly()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.Revocation = RevocationCheck.None);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));
        issuer.IsDown = true;

        Assert.Equal(200, await api.StatusAsync(token));
        Assert.Equal(0, issuer.AskedFor(WatchedIssuer.Introspection));
    }

    [Theory]
    [InlineData(UnavailableIssuer.Refuse, 503)]
    [InlineData(UnavailableIssuer.TrustSignature, 200)]
    public async Task AnIssuerThatIsOutOfReachIsTreatedAsConfigured(UnavailableIssuer choice, int expected)
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, o => (o.IntrospectionCacheSeconds, o.WhenUnavailable) = (0, choice));
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.IsDown = true;
        for (var i = 0; i < 5; i++)
        {
            using var answer = await api.GetAsync(token);
            Assert.Equal(expected, (int)answer.StatusCode);
            Assert.Equal(expected == 503, answer.Headers.RetryAfter is not null);
        }
        // A forged token is refused in any case.
        Assert.Equal(401, await api.StatusAsync(token[..^8] + "AAAAAAAA"));
        Assert.Single(api.Log.All, static entry => entry.Id == 2008);

        issuer.IsDown = false;
        await TokenApi.UntilAsync(async () =>
            await api.StatusAsync(token) == 200 && api.Log.All.Any(static entry => entry.Id == 2009));
        Assert.Single(api.Log.All, static entry => entry.Id == 2009);
        Assert.DoesNotContain(token, api.Log.AllText);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task AnIssuerThatFailsIsOutOfReach(int status)
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature);
        issuer.IntrospectionStatus = status;

        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
    }

    [Theory]
    [InlineData("20", 20)]
    [InlineData("100000", 30)]
    [InlineData("-5", 1)]
    [InlineData(null, 1)]
    public async Task AnIssuerThatIsAskedTooOftenIsInReachAndGetsItsPause(string? retryAfter, int expected)
    {
        var time = new TwoClocks();
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature, time);
        var token = await issuer.Agents.TokenAsync();
        (issuer.IntrospectionStatus, issuer.IntrospectionRetryAfter) = (429, retryAfter);

        for (var i = 0; i < 5; i++)
        {
            using var answer = await api.GetAsync(token);
            Assert.Equal((503, $"{expected}"), ((int)answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
        }
        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Introspection));
        Assert.Contains("Raise that limit", Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);

        issuer.IntrospectionStatus = null;
        time.Pass(expected);
        Assert.Equal(200, await api.StatusAsync(token));
    }

    [Fact]
    public async Task WhatIsAcceptedBySignatureAloneIsAuditedAndCountedAsSuch()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => (o.IntrospectionCacheSeconds, o.WhenUnavailable) = (0, UnavailableIssuer.TrustSignature));
        using var metrics = new Metrics(api.Service<IMeterFactory>());
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));
        issuer.IsDown = true;
        Assert.Equal(200, await api.StatusAsync(token));

        Assert.Equal([1005, 1014], api.Log.Audit.Select(static entry => entry.Id));
        Assert.Equal("test-agent", api.Log.Audit[1].Values["AgentId"]);
        Assert.Equal(1, metrics.Sum("agentdom.issuer.decisions", "accept", "accepted"));
        Assert.Equal(1, metrics.Sum("agentdom.issuer.decisions", "accept", "accepted_unchecked"));
    }

    [Fact]
    public async Task ATokenThatTheIssuerCalledInactiveIsNotTrustedInItsAbsence()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => (o.IntrospectionCacheSeconds, o.WhenUnavailable) = (0, UnavailableIssuer.TrustSignature));
        var (token, other) = (await issuer.Agents.TokenAsync(), await issuer.Agents.TokenAsync());
        await issuer.Agents.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");
        Assert.Equal(401, await api.StatusAsync(token));

        issuer.IsDown = true;

        Assert.Equal(401, await api.StatusAsync(token));
        Assert.Equal(200, await api.StatusAsync(other));
    }

    [Fact]
    public async Task AnAgentThatIsLetInAgainIsTrustedInTheIssuersAbsence()
    {
        await using var issuer = await WatchedIssuer.StartAsync(Agent("false"));
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => (o.IntrospectionCacheSeconds, o.WhenUnavailable) = (0, UnavailableIssuer.TrustSignature));
        var token = await Wire.TokenAsync(issuer.Agents, TestIssuer.Body(), AgentsSecret);

        issuer.Set(Agent("true"));
        Assert.Equal(401, await api.StatusAsync(token));
        issuer.Set(Agent("false"));
        Assert.Equal(200, await api.StatusAsync(token));
        issuer.IsDown = true;
        Assert.Equal(200, await api.StatusAsync(token));

        static (string, string?)[] Agent(string disabled) =>
        [
            ("AgentTokens:Agents:0:AgentId", "test-agent"), ("AgentTokens:Agents:0:Secrets:0", AgentsSecret),
            ("AgentTokens:Agents:0:Scopes:0", "data.read"), ("AgentTokens:Agents:0:Disabled", disabled),
        ];
    }

    [Theory]
    [InlineData(401, AgentTokenDefaults.IntrospectionClientName)]
    [InlineData(403, AgentTokenDefaults.IntrospectionClientName)]
    [InlineData(404, "Check Issuer and MetadataAddress")]
    [InlineData(204, "Check Issuer and MetadataAddress")]
    public async Task AWrongSettingIsNeverTrusted(int status, string advice)
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature);
        issuer.IntrospectionStatus = status;

        Assert.Equal(503, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        Assert.Contains(advice, Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);
    }

    [Fact]
    public async Task ACredentialGoesToIntrospectionOnly()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        var sent = new ConcurrentDictionary<string, string?>();
        await using var api = await ResourceApp.StartAsync(issuer.Name, build: builder =>
        {
            builder.Configuration["IssuerKey"] = "the-resource-s-own-key";
            // As docs/resource.md shows it.
            builder.Services.AddHttpClient(AgentTokenDefaults.IntrospectionClientName)
                .ConfigureHttpClient(client =>
                    client.DefaultRequestHeaders.Authorization = new("Bearer", builder.Configuration["IssuerKey"]));
            builder.Services.ConfigureHttpClientDefaults(client => client.AddHttpMessageHandler(() => new Watching(
                request => sent[request.RequestUri!.AbsolutePath] = request.Headers.Authorization?.ToString())));
        });

        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        Assert.Equal(
            [(WatchedIssuer.Keys, null), (WatchedIssuer.Metadata, null), (WatchedIssuer.Introspection, "Bearer the-resource-s-own-key")],
            sent.OrderBy(static s => s.Key, StringComparer.Ordinal).Select(static s => (s.Key, s.Value)));
    }

    [Fact]
    public async Task AHandlerThatFailsIsNotTrusted()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature, build: static builder => builder.Services
                .AddHttpClient(AgentTokenDefaults.IntrospectionClientName)
                .AddHttpMessageHandler(static () => new Watching(static _ => throw new InvalidOperationException("with a secret"))));

        Assert.Equal(503, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        Assert.Contains("InvalidOperationException", Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);
        Assert.DoesNotContain("with a secret", api.Log.AllText);
    }

    [Fact]
    public async Task APlainlyInvalidTokenCausesNoRequest()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string Token(Action<JsonObject>? header = null, Action<JsonObject>? claims = null) =>
            issuer.Key.Token(issuer.Name, now + 60, header, claims);
        string[] invalid =
        [
            "garbage", "a.b.c", new string('x', 20_000),
            issuer.Key.Token(issuer.Name, now - 1),
            issuer.Key.Token("https://other.example.com", now + 60),
            issuer.Key.Token("other", now + 60),
            Token(claims: static claims => claims["aud"] = "another-service"),
            Token(claims: claims => claims["nbf"] = now + 330),
            Token(static header => header["typ"] = "JWT"),
            Token(static header => header.Remove("kid")),
            Token(static header => header["alg"] = "HS256"),
            Token(static header => header["alg"] = "none"),
        ];

        foreach (var token in invalid) Assert.Equal(401, await api.StatusAsync(token));

        Assert.Equal(0, issuer.Asked);
    }

    [Fact]
    public async Task WithoutKeysNothingIsTrusted()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature);
        issuer.IsDown = true;

        Assert.Equal(503, await api.StatusAsync(await issuer.Agents.TokenAsync()));
    }

    [Theory]
    [InlineData("orders", "orders", 200)]
    [InlineData("orders", null, 401)]
    [InlineData("orders", "others", 401)]
    [InlineData(null, "orders", 401)]
    public async Task TheAudienceMustBeThisService(string? ofTheIssuer, string? ofTheApi, int expected)
    {
        await using var issuer = await WatchedIssuer.StartAsync(("AgentTokens:Audience", ofTheIssuer));
        await using var api = await ResourceApp.StartAsync(issuer.Name, o => o.Audience = ofTheApi);
        var body = TestIssuer.Body();
        if (ofTheIssuer is not null) body["aud"] = ofTheIssuer;

        Assert.Equal(expected, await api.StatusAsync(await Wire.TokenAsync(issuer.Agents, body)));
    }

    [Theory]
    [InlineData("http://issuer.example.com", "Issuer must be an https address")]
    [InlineData("https://user:password@issuer.example.com", "Issuer must be an https address")]
    [InlineData("https://issuer.example.com?tenant=1", "Issuer must be an https address")]
    public async Task AWrongIssuerStopsTheApp(string issuer, string problem)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => ResourceApp.StartAsync(issuer));
        Assert.Contains(problem, error.Message);
        Assert.DoesNotContain("password", error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(31)]
    public async Task AnAnswerIsKeptForHalfAMinuteAtMost(int seconds)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ResourceApp.StartAsync("https://issuer.example.com", o => o.IntrospectionCacheSeconds = seconds));
        Assert.Contains("IntrospectionCacheSeconds is 0 to 30", error.Message);
    }

    [Fact]
    public async Task WithoutAnyIssuerTheAppDoesNotStart()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ResourceApp.StartAsync("https://issuer.example.com", static o => o.Issuer = null));
        Assert.Contains("AddAgentTokenIssuer", error.Message);
    }

    private sealed class Watching(Action<HttpRequestMessage> watch) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            watch(request);
            return base.SendAsync(request, cancel);
        }
    }
}
