using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>How a manifest names the endpoints for managed tokens, and where they are mapped.</summary>
public sealed class PublishedManifestTests
{
    private const string Manifest = "/.well-known/agentdom.json";

    [Fact]
    public async Task TheManifestNamesTheEndpointsAsTheClientReadsThem()
    {
        await using var issuer = await ManagedIssuer.StartAsync(o =>
        {
            o.PublicOrigin = new Uri("https://api.example.com");
            o.TokenLifetime = TimeSpan.FromMinutes(20);
        });
        var dialect = await DialectAsync(issuer.Issuer, Manifest);

        Assert.Equal(
            [
                ("issue", "POST https://api.example.com/v1/agent-tokens/managed"),
                ("list", "GET https://api.example.com/v1/agent-tokens/managed"), ("max_ttl_seconds", "1200"),
                ("revoke", "DELETE https://api.example.com/v1/agent-tokens/managed/{id}"),
                ("rotate", "POST https://api.example.com/v1/agent-tokens/managed/{id}/rotate"),
                ("scopes", """["data.read","data.write"]"""),
            ],
            dialect!.Value.EnumerateObject().Select(static p => (p.Name, p.Value.ToString())).Order());
    }

    [Fact]
    public async Task TheManifestAlsoNamesTheKeySet()
    {
        await using var issuer = await TestIssuer.StartPublishingAsync(Agents, map: static app => app.MapPublishedAgentTokens());
        using var answer = await issuer.GetAsync(Manifest);
        var auth = (await Wire.JsonAsync(answer)).GetProperty("auth");

        Assert.Equal($"http://{issuer.Name}/.well-known/jwks.json", auth.GetProperty("agent_token_jwks_uri").GetString());
        Assert.Equal(
            $"GET http://{issuer.Name}/v1/agent-tokens/managed", auth.GetProperty("agent_tokens").GetProperty("list").GetString());
    }

    [Fact]
    public async Task AnIssuerThatDoesNotMapThemDoesNotNameThem()
    {
        await using var issuer = await TestIssuer.StartAsync();
        Assert.Null(await DialectAsync(issuer, Manifest));
        Assert.Equal(404, (int)(await issuer.PostAsync("/v1/agent-tokens/managed", "{}")).StatusCode);
    }

    [Fact]
    public async Task AManifestOfAGroupNamesThoseOfItsGroup()
    {
        await using var issuer = await TestIssuer.StartAsync(Agents, map: app =>
        {
            var tenant = app.MapGroup("/{tenant}");
            tenant.MapAgentTokens("/tokens");
            tenant.MapPublishedAgentTokens();
            tenant.MapAgentdomManifest();
        });

        Assert.Equal(
            $"DELETE http://{issuer.Name}/acme/tokens/managed/{{id}}",
            (await DialectAsync(issuer, "/acme" + Manifest))!.Value.GetProperty("revoke").GetString());
        // The one outside of the group has no value for the tenant.
        Assert.Null(await DialectAsync(issuer, Manifest));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/keys/")]
    public async Task AnotherPatternIsPossible(string pattern)
    {
        await using var issuer = await TestIssuer.StartAsync(Agents, map: app => app.MapPublishedAgentTokens(pattern));
        var dialect = (await DialectAsync(issuer, Manifest))!.Value;

        foreach (var (call, status) in new[] { ("issue", 200), ("list", 200), ("rotate", 404), ("revoke", 204) })
        {
            var parts = dialect.GetProperty(call).GetString()!.Split(' ');
            using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1].Replace("{id}", "x"));
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ManagedIssuer.KeyOfA}");
            using var answer = await Wire.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((call, status), (call, (int)answer.StatusCode));
        }
    }

    [Fact]
    public async Task WithoutThePatternTheTokenEndpointsComeFirst()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestIssuer.StartAsync(map: static app => app.MapGroup("/other").MapPublishedAgentTokens()));
        Assert.Contains("Call MapAgentTokens(…) before", error.Message);
    }

    [Fact]
    public async Task AStateOfTheAppsOwnThatCannotStoreThemStopsTheApp()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestIssuer.StartAsync(
            services: static s => s.AddSingleton<IIssuerState>(new FailingState()), map: static app => app.MapPublishedAgentTokens()));
        Assert.Contains(nameof(IManagedTokenStore), error.Message);
        // Without the endpoints it is as good as any.
        await using var issuer = await TestIssuer.StartAsync(services: static s => s.AddSingleton<IIssuerState>(new FailingState()));
    }

    [Fact]
    public async Task AnIssuerWithoutApiKeysSaysThatNobodyCanUseThem()
    {
        using var log = new LogCapture();
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddLogging(l => l.AddProvider(log)), map: static app => app.MapPublishedAgentTokens());
        var entry = Assert.Single(log.All, static e => e.Id == 2010);
        Assert.Equal(("Agentdom.AspNetCore.CurrentIssuer", LogLevel.Warning), (entry.Category, entry.Level));
        Assert.Contains("no agent has one", entry.Text);

        await using var other = await ManagedIssuer.StartAsync();
        Assert.DoesNotContain(other.Log.All, static e => e.Id == 2010);
        using var another = new LogCapture();
        await using var unmapped = await TestIssuer.StartAsync(services: s => s.AddLogging(l => l.AddProvider(another)));
        Assert.DoesNotContain(another.All, static e => e.Id == 2010);
    }

    [Fact]
    public async Task TheAppsFallbackPolicyDoesNotAffectThem()
    {
        await using var issuer = await TestIssuer.StartAsync(
            Agents, static s => s.AddAuthorizationBuilder().AddFallbackPolicy("all", static p => p.RequireAuthenticatedUser()),
            static app => app.MapPublishedAgentTokens());
        await new ManagedTokens(issuer, ManagedIssuer.KeyOfA).IssueAsync();
    }

    private static void Agents(Agentdom.AspNetCore.AgentTokenIssuerOptions options) => options.Agents.Add(ManagedIssuer.A());

    private static async Task<JsonElement?> DialectAsync(TestIssuer issuer, string path)
    {
        using var answer = await issuer.GetAsync(path);
        Assert.Equal(200, (int)answer.StatusCode);
        return (await Wire.JsonAsync(answer)).GetProperty("auth").TryGetProperty("agent_tokens", out var dialect) ? dialect : null;
    }
}
