using System.Text.Json;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Agentdom.Tests.AspNetCore;

/// <summary>An API that accepts tokens of an issuer in another app, without a secret.</summary>
public sealed class RemoteIssuerTests
{
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
    [InlineData(429)]
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
    [InlineData(401, AgentTokenDefaults.BackchannelName)]
    [InlineData(403, AgentTokenDefaults.BackchannelName)]
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
    public async Task ACredentialForIntrospectionIsAddedToTheHttpClient()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        string? sent = null;
        await using var api = await ResourceApp.StartAsync(issuer.Name, services: services => services
            .AddHttpClient(AgentTokenDefaults.BackchannelName)
            .ConfigureHttpClient(static client => client.DefaultRequestHeaders.Authorization = new("Bearer", "the resource's own key"))
            .AddHttpMessageHandler(() => new Watching(request => sent ??= request.Headers.Authorization?.ToString())));

        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        Assert.Equal("Bearer the resource's own key", sent);
    }

    [Fact]
    public async Task APlainlyInvalidTokenCausesNoRequest()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string[] invalid =
        [
            "garbage", "a.b.c", new string('x', 20_000),
            Token(issuer.Key, issuer.Name, now - 1),
            Token(issuer.Key, "https://other.example.com", now + 60),
            Token(issuer.Key, issuer.Name, now + 60, audience: "another-service"),
            Token(issuer.Key, issuer.Name, now + 60, type: "JWT"),
            Token(issuer.Key, issuer.Name, now + 60, keyId: null),
            Token(issuer.Key, issuer.Name, now + 660, from: now + 600),
            Token(issuer.Key, issuer.Name, now + 60, algorithm: "HS256"),
            Token(issuer.Key, issuer.Name, now + 60, algorithm: "none"),
        ];

        foreach (var token in invalid) Assert.Equal(401, await api.StatusAsync(token));

        Assert.Equal(0, issuer.Asked);
    }

    [Fact]
    public async Task AnUnknownKeyIsAskedForOnceInFiveMinutes()
    {
        var time = new ManualTime();
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, time: time);
        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        var before = issuer.AskedFor(WatchedIssuer.Metadata);

        for (var i = 0; i < 5; i++) Assert.Equal(401, await api.StatusAsync(Stranger(i)));
        Assert.Equal(before + 1, issuer.AskedFor(WatchedIssuer.Metadata));

        time.Advance(299);
        Assert.Equal(401, await api.StatusAsync(Stranger(6)));
        Assert.Equal(before + 1, issuer.AskedFor(WatchedIssuer.Metadata));

        string Stranger(int i) => Token(KeyPair.Ec(), issuer.Name, time.Seconds + 60, keyId: $"unknown-{i}");
    }

    [Fact]
    public async Task ATokenOfANewKeyIsAcceptedAtOnce()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name);
        var before = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(before));

        issuer.Rotate(keepsOld: true);

        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        Assert.Equal(200, await api.StatusAsync(before));
    }

    [Fact]
    public async Task AWithdrawnKeyIsNotTrustedForLong()
    {
        var time = new ManualTime();
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.Revocation = RevocationCheck.None, time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.Rotate(keepsOld: false);
        Assert.Equal(200, await api.StatusAsync(token));
        time.Advance(300);

        await TokenApi.UntilAsync(async () => await api.StatusAsync(token) == 401);
    }

    [Fact]
    public async Task KeysThatWereReadStayInUseWhileTheIssuerIsDown()
    {
        var time = new ManualTime();
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.Revocation = RevocationCheck.None, time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.IsDown = true;
        time.Advance(600);
        var asked = issuer.Asked;

        for (var i = 0; i < 5; i++) Assert.Equal(200, await api.StatusAsync(token));
        await TokenApi.UntilAsync(() => Task.FromResult(issuer.Asked > asked));
        Assert.Equal(200, await api.StatusAsync(token));
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

    [Fact]
    public async Task MetadataOfAnotherIssuerIsNotUsed()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            "https://issuer.example.com", o => o.MetadataAddress = new Uri(issuer.Name + WatchedIssuer.Metadata));

        Assert.Equal(503, await api.StatusAsync(
            Token(issuer.Key, "https://issuer.example.com", DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)));
        Assert.Contains("is the metadata of", Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);
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

    // A token as its issuer would write it, but for what is named here.
    private static string Token(
        KeyPair key, string issuer, long expires, string? audience = null, string? keyId = "a-key", string type = "at+jwt",
        string? algorithm = null, long? from = null)
    {
        var header = new Dictionary<string, object?> { ["alg"] = algorithm ?? key.Algorithm, ["typ"] = type };
        if (keyId is not null) header["kid"] = keyId;
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = issuer, ["sub"] = "test-agent", ["jti"] = "an-id", ["scope"] = "data.read", ["exp"] = expires,
            ["nbf"] = from ?? expires - 60,
        };
        if (audience is not null) claims["aud"] = audience;
        return key.Token(JsonSerializer.Serialize(header), JsonSerializer.Serialize(claims));
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
