using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

public sealed class ManifestTests
{
    private const string Path = "/.well-known/agentdom.json";

    [Fact]
    public async Task TheManifestNamesEverythingAnAgentNeeds()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await issuer.GetAsync(Path);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(TimeSpan.FromMinutes(5), response.Headers.CacheControl?.MaxAge);
        var auth = (await Wire.JsonAsync(response)).GetProperty("auth");
        Assert.Equal(
            ["agent_token_endpoint", "agent_token_revoke_endpoint", "agent_token_verify_endpoint", "method", "scopes"],
            auth.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("agent_token", auth.GetProperty("method").GetString());
        Assert.Equal("""["data.read","data.write"]""", auth.GetProperty("scopes").GetRawText());
        var endpoint = $"http://{issuer.Name}/v1/agent-tokens";
        Assert.Equal(endpoint, auth.GetProperty("agent_token_endpoint").GetString());
        Assert.Equal($"{endpoint}/verify", auth.GetProperty("agent_token_verify_endpoint").GetString());
        Assert.Equal($"{endpoint}/revoke", auth.GetProperty("agent_token_revoke_endpoint").GetString());
    }

    [Fact]
    public async Task TheEndpointsLieOnTheHostThatWasAsked()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri(Path));
        request.Headers.Host = "api.example.com:8443";
        using var response = await Wire.Http.SendAsync(request);

        Assert.Contains("Host", response.Headers.Vary);
        Assert.Equal("http://api.example.com:8443/v1/agent-tokens", await EndpointAsync(response));
    }

    [Theory]
    [InlineData("https://api.example.com")]
    [InlineData("https://api.example.com/")]
    public async Task APublicOriginTakesTheRequestsPlace(string origin)
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.PublicOrigin = new Uri(origin));

        Assert.Equal("https://api.example.com/v1/agent-tokens", await EndpointAsync(await issuer.GetAsync(Path)));
    }

    [Fact]
    public async Task AHostHeaderThatIsNoHostIsRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri("/.well-known/agentdom.json"));
        request.Headers.TryAddWithoutValidation("Host", "xn--");

        await Wire.AssertRefusedAsync(await Wire.Http.SendAsync(request), 400, "invalid_request");
    }

    [Fact]
    public async Task TheAudienceIsNamedIfThereIsOne()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.Audience = "orders");
        var auth = (await Wire.JsonAsync(await issuer.GetAsync(Path))).GetProperty("auth");

        Assert.Equal("orders", auth.GetProperty("agent_token_audience").GetString());
    }

    [Fact]
    public async Task ItsLifetimeIsAnOption()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.ManifestLifetime = TimeSpan.FromSeconds(7));
        using var response = await issuer.GetAsync(Path);

        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.CacheControl?.MaxAge);
    }

    [Fact]
    public async Task AnAppBelowAPathNamesThatPath()
    {
        await using var host = await StartAsync(app =>
        {
            app.UsePathBase("/api");
            app.UseRouting();
            app.MapAgentTokens("/tokens");
            app.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, "/api" + Path, "/api/tokens");
    }

    [Theory]
    [InlineData("/tenants", "/tokens", "/tenants/tokens")]
    [InlineData("tenants/", "tokens/", "/tenants/tokens")]
    public async Task EndpointsInAGroupAreNamedWithItsPrefix(string prefix, string pattern, string expected)
    {
        await using var host = await StartAsync(app =>
        {
            app.MapGroup(prefix).MapAgentTokens(pattern);
            app.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, Path, expected);
    }

    private static Task<TestHost> StartAsync(Action<WebApplication> map) => TestHost.StartAsync(map, builder =>
        builder.Services.AddAgentTokenIssuer(o =>
        {
            o.Secrets.Add(TestIssuer.SecretText);
            o.Scopes.Add("data.read");
        }));

    private static async Task<string?> EndpointAsync(HttpResponseMessage response) =>
        (await Wire.JsonAsync(response)).GetProperty("auth").GetProperty("agent_token_endpoint").GetString();

    private static async Task AssertEndpointWorksAsync(TestHost host, string manifestPath, string expectedPath)
    {
        var endpoint = await EndpointAsync(await Wire.Http.GetAsync(host.Uri(manifestPath)));
        Assert.Equal(host.Uri(expectedPath).ToString(), endpoint);
        using var response = await Wire.PostAsync(new Uri(endpoint!), TestIssuer.Signed(TestIssuer.Body()));
        Assert.Equal(200, (int)response.StatusCode);
        using var verdict = await Wire.PostAsync(new Uri(endpoint + "/verify"), """{"token":"x"}""");
        Assert.Equal(200, (int)verdict.StatusCode);
    }
}
