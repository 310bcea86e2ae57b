using System.Security.Claims;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Endpoints that take users of another scheme as well, here with cookies, who have claims of the same types.</summary>
public sealed class OtherSchemeTests : IAsyncDisposable
{
    private const string Cookies = CookieAuthenticationDefaults.AuthenticationScheme;

    private readonly LogCapture _log = new();
    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private TestIssuer? _issuer;

    [Fact]
    public async Task AnotherSchemesUserWithTheScopeHasNoAgentScope()
    {
        await SignInAsync("data.read");

        Assert.Equal(401, await GetAsync("/group/data", null));
        var refusal = Assert.Single(_log.Audit);
        Assert.Equal(("missing_token", null), (refusal.Values["Outcome"], refusal.Values.GetValueOrDefault("AgentId")));
    }

    [Fact]
    public async Task AnotherSchemesScopeDoesNotAddToTheAgents()
    {
        await SignInAsync("data.read");

        Assert.Equal(403, await GetAsync("/group/data", await TokenAsync("data.write")));
        var refusal = _log.Audit[^1];
        Assert.Equal(("insufficient_scope", "test-agent"), (refusal.Values["Outcome"], refusal.Values["AgentId"]));
    }

    [Fact]
    public async Task AnAgentThatIsKeptInACookieIsNoAgent()
    {
        await SignInAsync("");
        using var request = new HttpRequestMessage(HttpMethod.Post, _issuer!.Uri("/keep"));
        request.Headers.Add("Authorization", $"Bearer {await TokenAsync("data.read")}");
        using var kept = await _browser.SendAsync(request);
        Assert.Equal(200, (int)kept.StatusCode);

        Assert.Equal(401, await GetAsync("/group/data", null));
    }

    [Fact]
    public async Task TheAgentsOwnScopeIsEnough()
    {
        await SignInAsync("");

        Assert.Equal(200, await GetAsync("/group/data", await TokenAsync("data.read")));
    }

    [Fact]
    public async Task AnothersBearerTokenIsNoRefusalIfTheUserIsKnownOtherwise()
    {
        await SignInAsync("", perAddress: 1);
        for (var i = 0; i < 3; i++) Assert.Equal(200, await GetAsync("/either", "a token of another issuer"));

        Assert.Empty(_log.Audit);
        Assert.Equal("data.read", Wire.Claims(await TokenAsync("data.read")).GetProperty("scope").GetString());
    }

    [Fact]
    public async Task WithTheStateUnavailableOtherSchemesCanStillChallenge()
    {
        await SignInAsync("", services: s => s.AddSingleton<IIssuerState>(new FailingState { Mints = true }));
        using var request = new HttpRequestMessage(HttpMethod.Get, _issuer!.Uri("/either"));
        request.Headers.Add("Authorization", $"Bearer {await TokenAsync("data.read")}");
        using var response = await Wire.Http.SendAsync(request);

        Assert.NotNull(response.Headers.RetryAfter);
        Assert.StartsWith("/Account/Login", response.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        _log.Dispose();
        if (_issuer is not null) await _issuer.DisposeAsync();
    }

    private async Task SignInAsync(string scope, int perAddress = 6_000, Action<IServiceCollection>? services = null)
    {
        _issuer = await TestIssuer.StartAsync(
            o => o.Limits.RequestsPerMinutePerAddress = perAddress,
            s =>
            {
                s.AddSingleton<ILoggerProvider>(_log);
                s.AddAuthentication().AddCookie(Cookies);
                services?.Invoke(s);
            },
            app =>
            {
                app.MapPost("/login", (HttpContext http) => http.SignInAsync(Cookies, new ClaimsPrincipal(new ClaimsIdentity(
                    [new Claim(AgentTokenDefaults.AgentIdClaimType, "a person"), new Claim(AgentTokenDefaults.ScopeClaimType, scope)],
                    Cookies))));
                app.MapPost("/keep", (HttpContext http) => http.SignInAsync(Cookies, http.User)).RequireAgentScope("data.read");
                app.MapGroup("/group").RequireAuthorization(Policy(Cookies)).MapGet("/data", () => "data").RequireAgentScope("data.read");
                app.MapGet("/either", () => "data").RequireAuthorization(Policy(AgentTokenDefaults.AuthenticationScheme, Cookies));
            });
        using var answer = await _browser.PostAsync(_issuer.Uri("/login"), null);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static AuthorizationPolicy Policy(params string[] schemes) =>
        new AuthorizationPolicyBuilder(schemes).RequireAuthenticatedUser().Build();

    private async Task<string> TokenAsync(string scope)
    {
        var body = TestIssuer.Body();
        body["scopes"] = new[] { scope };
        return await Wire.TokenAsync(_issuer!, body);
    }

    private async Task<int> GetAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _issuer!.Uri(path));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await _browser.SendAsync(request);
        return (int)response.StatusCode;
    }
}
