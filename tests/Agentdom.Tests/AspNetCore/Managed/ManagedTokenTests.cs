using System.Text.Json;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What the endpoints for managed tokens answer (protocol.md §10).</summary>
public sealed class ManagedTokenTests
{
    [Fact]
    public async Task ATokenIsTheUsualOneAndSaysWhoseItIs()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var issued = await issuer.Tokens.IssueAsync("""{"scopes":["data.read","data.write"],"ttl_seconds":60,"agent_id":"a label"}""");

        var claims = Wire.Claims(issued.Token);
        Assert.Equal(("A", "data.read data.write"), (claims.GetProperty("sub").GetString(), claims.GetProperty("scope").GetString()));
        Assert.Equal(60, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal(claims.GetProperty("exp").GetInt64(), issued.ExpiresAt.ToUnixTimeSeconds());
        Assert.Equal("at+jwt", Wire.Header(issued.Token).GetProperty("typ").GetString());
        var verdict = await Wire.JsonAsync(await Wire.VerifyAsync(issuer.Issuer, issued.Token));
        Assert.True(verdict.GetProperty("valid").GetBoolean());
        Assert.Equal("A", verdict.GetProperty("agent_id").GetString());
        // Nobody vouches for what the client calls itself.
        Assert.DoesNotContain("a label", claims.ToString());
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task AnApiInAnotherProcessAcceptsItUntilItIsRotated(string algorithm)
    {
        var key = KeyPair.Of(algorithm);
        await using var issuer = await TestIssuer.StartPublishingAsync(
            o =>
            {
                o.SigningKeys.Add(key.Pem);
                o.Agents.Add(ManagedIssuer.A());
            },
            map: static app => app.MapPublishedAgentTokens());
        await using var api = await ResourceApp.StartAsync($"http://{issuer.Name}", static o => o.IntrospectionCacheSeconds = 0);
        var tokens = new ManagedTokens(issuer, ManagedIssuer.KeyOfA);

        var first = await tokens.IssueAsync();
        Assert.True(key.HasSigned(first.Token));
        using (var answer = await api.GetAsync(first.Token)) Assert.Equal("A", await answer.Content.ReadAsStringAsync());
        var introspected = await Wire.JsonAsync(await Wire.IntrospectAsync(issuer, first.Token));
        Assert.Equal(("A", "data.read"), (introspected.GetProperty("sub").GetString(), introspected.GetProperty("scope").GetString()));

        var second = await tokens.RotateAsync(first.Id);
        Assert.Equal((401, 200), (await api.StatusAsync(first.Token), await api.StatusAsync(second.Token)));
        await tokens.RevokeAsync(first.Id);
        Assert.Equal(401, await api.StatusAsync(second.Token));
    }

    [Fact]
    public async Task ATokenIsRevokedWithTheTokenToo()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var issued = await issuer.Tokens.IssueAsync();
        await issuer.Issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{issued.Token}}"}""");

        await Wire.AssertNotValidAsync(issuer.Issuer, issued.Token);
        Assert.Empty(await issuer.Tokens.ListAsync());
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST", $"/{issued.Id}/rotate"), 404, "unknown_token");
        await issuer.Tokens.RevokeAsync(issued.Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"scopes":[]}""")]
    [InlineData("""{"scopes":null,"ttl_seconds":null,"agent_id":null}""")]
    [InlineData("""{"scopes":[],"ttl_seconds":3600,"agent_id":"agentdom","version":3}""")]
    public async Task WithoutScopesTheDefaultScopesAreGrantedForAsLongAsPossible(string? body)
    {
        await using var issuer = await ManagedIssuer.StartAsync(o => o.TokenLifetime = TimeSpan.FromMinutes(30));
        var issued = await ManagedTokens.ReadAsync(await issuer.Tokens.SendAsync("POST", body: body));

        Assert.Equal(["data.read"], issued.Scopes);
        var claims = Wire.Claims(issued.Token);
        Assert.Equal(30 * 60, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task WithoutScopesAndDefaultScopesTheScopesOnOfferAreNamed()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var refusal = await Wire.AssertRefusedAsync(
            await issuer.As(ManagedIssuer.KeyOfB).SendAsync("POST", body: """{"scopes":[]}"""), 400, "invalid_scope");

        Assert.Contains("It can request: data.read.", refusal.GetProperty("error_description").GetString());
    }

    [Theory]
    [InlineData("data.write", "is not offered to this agent")]
    [InlineData("data.erase", "is not offered.")]
    public async Task AScopeThatTheAgentMayNotHaveIsRefusedByName(string scope, string reason)
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var refusal = await Wire.AssertRefusedAsync(
            await issuer.As(ManagedIssuer.KeyOfB).SendAsync("POST", body: $$"""{"scopes":["data.read","{{scope}}"]}"""),
            403, "invalid_scope");

        Assert.Contains($"'{scope}' {reason}", refusal.GetProperty("error_description").GetString());
        Assert.Empty(await issuer.As(ManagedIssuer.KeyOfB).ListAsync());
    }

    [Theory]
    [InlineData("""{"ttl_seconds":86400}""", 3600)]
    [InlineData("""{"ttl_seconds":9007199254740991}""", 3600)]
    [InlineData("""{"ttl_seconds":3601}""", 3600)]
    [InlineData("""{"ttl_seconds":1}""", 1)]
    [InlineData("""{"ttl_seconds":90.0}""", 90)]
    public async Task TheLifetimeIsCutToTheLimit(string body, int seconds)
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var claims = Wire.Claims((await issuer.Tokens.IssueAsync(body)).Token);
        Assert.Equal(seconds, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task TheAgentsOwnLimitOfTheLifetimeCounts()
    {
        await using var issuer = await ManagedIssuer.StartAsync(o => o.Agents.Add(new RegisteredAgent
        {
            AgentId = "A",
            Scopes = ["data.read"],
            ApiKeyHashes = [AgentApiKey.HashOf(ManagedIssuer.KeyOfA)],
            MaxTokenLifetime = TimeSpan.FromSeconds(90),
        }));
        var issued = await issuer.Tokens.IssueAsync("""{"scopes":["data.read"],"ttl_seconds":3600}""");
        foreach (var token in new[] { issued.Token, (await issuer.Tokens.RotateAsync(issued.Id)).Token })
            Assert.Equal(90, Wire.Claims(token).GetProperty("exp").GetInt64() - Wire.Claims(token).GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task ARotatedTokenLivesAsLongAsTheFirstDid()
    {
        var time = new ManualTime();
        await using var issuer = await ManagedIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var issued = await issuer.Tokens.IssueAsync("""{"ttl_seconds":600}""");
        time.Advance(400);
        var rotated = await issuer.Tokens.RotateAsync(issued.Id);

        Assert.Equal(issued.ExpiresAt.AddSeconds(400), rotated.ExpiresAt);
        time.Advance(500);
        Assert.True(await Wire.IsValidAsync(issuer.Issuer, rotated.Token));
        Assert.Equal([issued.Id], await issuer.Tokens.IdsAsync());
        time.Advance(100);
        Assert.Empty(await issuer.Tokens.ListAsync());
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST", $"/{issued.Id}/rotate"), 404, "unknown_token");
        await issuer.Tokens.RevokeAsync(issued.Id);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"scopes":"data.read"}""")]
    [InlineData("""{"scopes":["data.read","data.read"]}""")]
    [InlineData("""{"scopes":["data read"]}""")]
    [InlineData("""{"scopes":[],"scopes":["data.read"]}""")]
    [InlineData("""{"ttl_seconds":0}""")]
    [InlineData("""{"ttl_seconds":-1}""")]
    [InlineData("""{"ttl_seconds":1.5}""")]
    [InlineData("""{"ttl_seconds":"60"}""")]
    [InlineData("""{"agent_id":7}""")]
    public async Task ABodyThatSaysSomethingElseIsRefused(string body)
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST", body: body), 400, "invalid_request");
    }

    [Fact]
    public async Task TooManyScopesAndALongNameAreRefused()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var scopes = JsonSerializer.Serialize(Enumerable.Range(0, 65).Select(static i => $"s{i}"));
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST", body: $$"""{"scopes":{{scopes}}}"""), 400, "invalid_request");
        await Wire.AssertRefusedAsync(
            await issuer.Tokens.SendAsync("POST", body: $$"""{"agent_id":"{{new string('a', 257)}}"}"""), 400, "invalid_request");
        await Wire.AssertRefusedAsync(
            await issuer.Tokens.SendAsync("POST", body: $$"""{"agent_id":"{{new string('a', 20_000)}}"}"""), 413, "invalid_request");
        using var text = new HttpRequestMessage(HttpMethod.Post, issuer.Issuer.Uri("/v1/agent-tokens/managed"))
        {
            Content = new StringContent("{}"),
        };
        text.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ManagedIssuer.KeyOfA}");
        await Wire.AssertRefusedAsync(await Wire.Http.SendAsync(text), 415, "invalid_request");
    }

    [Fact]
    public async Task AnotherAgentsIdIsAsIfUnknown()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var (a, b) = (await issuer.Tokens.IssueAsync(), issuer.As(ManagedIssuer.KeyOfB));

        await Wire.AssertRefusedAsync(await b.SendAsync("POST", $"/{a.Id}/rotate"), 404, "unknown_token");
        await b.RevokeAsync(a.Id);
        Assert.Empty(await b.ListAsync());
        Assert.True(await Wire.IsValidAsync(issuer.Issuer, a.Token));
        Assert.Equal([a.Id], await issuer.Tokens.IdsAsync());
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("%0a1%201")]
    [InlineData("00000000000000000000000000000000")]
    public async Task AnUnknownIdIsRevokedWithoutEffectAndNotRotated(string id)
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        await issuer.Tokens.RevokeAsync(id);
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST", $"/{id}/rotate"), 404, "unknown_token");
    }

    [Fact]
    public async Task AnAgentHasAtMostAHundredValidTokens()
    {
        var time = new ManualTime();
        await using var issuer = await ManagedIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var first = await issuer.Tokens.IssueAsync("""{"ttl_seconds":60}""");
        var second = await issuer.Tokens.IssueAsync();
        for (var i = 2; i < 100; i++) await issuer.Tokens.IssueAsync();

        using (var full = await issuer.Tokens.SendAsync("POST"))
        {
            Assert.Equal((429, 60), ((int)full.StatusCode, (int)full.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
            Assert.Contains("has 100 valid tokens", (await Wire.JsonAsync(full)).GetProperty("error_description").GetString());
        }
        Assert.Equal(100, (await issuer.Tokens.ListAsync()).Length);
        await issuer.Tokens.RotateAsync(second.Id);
        // Another agent is not affected.
        await issuer.As(ManagedIssuer.KeyOfB).IssueAsync();

        // A token that has expired makes room, and so does one that was revoked, in whatever way.
        time.Advance(60);
        await issuer.Tokens.IssueAsync();
        Assert.Equal(429, (int)(await issuer.Tokens.SendAsync("POST")).StatusCode);
        await issuer.Tokens.RevokeAsync(second.Id);
        var last = await issuer.Tokens.IssueAsync();
        await issuer.Issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{last.Token}}"}""");
        await issuer.Tokens.IssueAsync();
        Assert.Equal(429, (int)(await issuer.Tokens.SendAsync("POST")).StatusCode);
        Assert.DoesNotContain(first.Id, await issuer.Tokens.IdsAsync());
    }

    [Fact]
    public async Task ExpiredTokensAreForgotten()
    {
        var (time, state) = (new ManualTime(), new InMemoryIssuerState());
        await using var issuer = await ManagedIssuer.StartAsync(
            services: s => s.AddSingleton<TimeProvider>(time).AddSingleton<IIssuerState>(state));
        for (var i = 0; i < 300; i++)
        {
            await issuer.Tokens.IssueAsync("""{"ttl_seconds":10}""");
            time.Advance(5);
        }

        var set = await ((IManagedTokenStore)state).FindAsync("A", default);
        // Those of the last minute, because the clocks of nodes differ.
        Assert.InRange(set!.Content.Split('\n').Length, 2, 20);
    }

    [Fact]
    public async Task TheAgentsLimitCountsWhatIssuesAndListsAndNeverStopsARevocation()
    {
        await using var issuer = await ManagedIssuer.StartAsync(o => o.Limits.RequestsPerMinutePerAgent = 3);
        var first = await issuer.Tokens.IssueAsync();
        await issuer.Tokens.RotateAsync(first.Id);
        await issuer.Tokens.ListAsync();

        foreach (var (method, path) in new[] { ("POST", ""), ("POST", $"/{first.Id}/rotate"), ("GET", "") })
        {
            using var answer = await issuer.Tokens.SendAsync(method, path);
            Assert.Equal((429, true), ((int)answer.StatusCode, answer.Headers.RetryAfter is not null));
        }
        await issuer.Tokens.RevokeAsync(first.Id);
        // It is the limit of the agent's requests that are signed, too.
        var body = TestIssuer.Body();
        body["agent_id"] = "A";
        Assert.Equal(429, (int)(await issuer.Issuer.RequestTokenAsync(TestIssuer.Signed(body, ManagedIssuer.SecretOfA))).StatusCode);
        await issuer.As(ManagedIssuer.KeyOfB).IssueAsync();
    }

    [Fact]
    public async Task TheAddressLimitCountsEveryCallAlsoWithAWrongKey()
    {
        await using var issuer = await ManagedIssuer.StartAsync(o => o.Limits.RequestsPerMinutePerAddress = 4);
        var wrong = issuer.As(AgentApiKey.Generate());
        foreach (var (method, path) in new[] { ("POST", ""), ("POST", "/x/rotate"), ("DELETE", "/x"), ("GET", "") })
            Assert.Equal(401, (int)(await wrong.SendAsync(method, path)).StatusCode);

        using var answer = await issuer.Tokens.SendAsync("GET");
        Assert.Equal((429, true), ((int)answer.StatusCode, answer.Headers.RetryAfter is not null));
    }
}
