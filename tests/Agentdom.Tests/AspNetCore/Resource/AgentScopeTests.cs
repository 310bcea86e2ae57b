using System.Net.WebSockets;
using System.Security.Claims;
using System.Text;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Endpoints behind <c>[AgentScope]</c>, in an app with controllers whose default scheme is cookies.</summary>
public sealed class AgentScopeTests : IAsyncDisposable
{
    private const string Cookies = CookieAuthenticationDefaults.AuthenticationScheme;

    private readonly LogCapture _log = new();
    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private TestIssuer? _issuer;

    [Fact]
    public async Task WithoutATokenTheAnswerIsTheAgentSchemesChallenge()
    {
        await StartAsync();

        Wire.AssertChallenge(await SendAsync(HttpMethod.Get, "/notes", null), 401, "Bearer");
        Wire.AssertChallenge(await SendAsync(HttpMethod.Get, "/notes", "garbage"), 401, "Bearer error=\"invalid_token\"");
        Assert.Equal(["missing_token", "invalid_token"], _log.Audit.Select(static e => e.Values["Outcome"]));
    }

    [Fact]
    public async Task AnotherScopeIsNotEnough()
    {
        await StartAsync();

        Wire.AssertChallenge(
            await SendAsync(HttpMethod.Get, "/notes", await TokenAsync("data.write")),
            403, "Bearer error=\"insufficient_scope\", scope=\"data.read\"");
        var refusal = _log.Audit[^1];
        Assert.Equal(("insufficient_scope", "test-agent"), (refusal.Values["Outcome"], refusal.Values["AgentId"]));
    }

    [Fact]
    public async Task TheActionKnowsTheAgentAndAllScopesOfItsToken()
    {
        await StartAsync();
        using var answer = await SendAsync(HttpMethod.Get, "/notes", await TokenAsync("data.read", "data.write"));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("test-agent: data.read data.write", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task TheScopesOfTheControllerAndOfItsActionAreBothNeeded()
    {
        await StartAsync();
        const string Challenge = "Bearer error=\"insufficient_scope\", scope=\"data.read data.write\"";

        Wire.AssertChallenge(await SendAsync(HttpMethod.Post, "/notes", await TokenAsync("data.read")), 403, Challenge);
        Wire.AssertChallenge(await SendAsync(HttpMethod.Post, "/notes", await TokenAsync("data.write")), 403, Challenge);
        using var written = await SendAsync(HttpMethod.Post, "/notes", await TokenAsync("data.read", "data.write"));
        Assert.Equal(200, (int)written.StatusCode);
    }

    [Fact]
    public async Task AllowAnonymousLetsEveryoneIn()
    {
        await StartAsync();
        using var answer = await SendAsync(HttpMethod.Get, "/notes/title", null);

        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task AUserOfTheDefaultSchemeWithTheScopeIsNoAgent()
    {
        await StartAsync();
        using var signedIn = await SendAsync(HttpMethod.Post, "/login", null);
        Assert.Equal(200, (int)signedIn.StatusCode);

        Wire.AssertChallenge(await SendAsync(HttpMethod.Get, "/notes", null), 401, "Bearer");
        using var user = await SendAsync(HttpMethod.Get, "/user", null);
        Assert.Equal("'' ''", await user.Content.ReadAsStringAsync());
        using var agent = await SendAsync(HttpMethod.Get, "/notes", await TokenAsync("data.read"));
        Assert.Equal("test-agent: data.read", await agent.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task OnALambdaItIsTheSameAsRequireAgentScope()
    {
        await StartAsync();

        Wire.AssertChallenge(await SendAsync(HttpMethod.Get, "/lambda", null), 401, "Bearer");
        Wire.AssertChallenge(
            await SendAsync(HttpMethod.Get, "/lambda", await TokenAsync("data.read")),
            403, "Bearer error=\"insufficient_scope\", scope=\"data.write data.read\"");
        using var answer = await SendAsync(HttpMethod.Get, "/lambda", await TokenAsync("data.read", "data.write"));
        Assert.Equal("test-agent", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task OnAHubItIsCheckedForTheConnection()
    {
        await StartAsync();
        const string Path = "/hub/negotiate?negotiateVersion=1";

        Wire.AssertChallenge(await SendAsync(HttpMethod.Post, Path, null), 401, "Bearer");
        Assert.Equal(403, (int)(await SendAsync(HttpMethod.Post, Path, await TokenAsync("data.write"))).StatusCode);
        Assert.Equal(200, (int)(await SendAsync(HttpMethod.Post, Path, await TokenAsync("data.read"))).StatusCode);
    }

    [Fact]
    public async Task OnAMethodOfAHubItLetsNobodyIn()
    {
        await StartAsync();
        const string Refusal = "Failed to invoke 'Guarded' because user is unauthorized";

        Assert.Contains("\"result\":\"ran on ", await InvokeAsync("/open-hub", "Open", null));
        Assert.Contains(Refusal, await InvokeAsync("/open-hub", "Guarded", null));
        Assert.Contains(Refusal, await InvokeAsync("/open-hub", "Guarded", await TokenAsync("data.read")));
        Assert.Contains("\"result\":\"ran on ", await InvokeAsync("/hub", "Open", await TokenAsync("data.read")));
        Assert.Contains(Refusal, await InvokeAsync("/hub", "Guarded", await TokenAsync("data.read")));
    }

    [Fact]
    public async Task AGlobalAuthorizeFilterChangesNothing()
    {
        await StartAsync(static s => s.Configure<MvcOptions>(static o => o.Filters.Add(new AuthorizeFilter())));

        Wire.AssertChallenge(await SendAsync(HttpMethod.Get, "/notes", null), 401, "Bearer");
        Assert.Equal(403, (int)(await SendAsync(HttpMethod.Post, "/notes", await TokenAsync("data.read"))).StatusCode);
        Assert.Equal(200, (int)(await SendAsync(HttpMethod.Get, "/notes", await TokenAsync("data.read"))).StatusCode);
        Assert.Equal(200, (int)(await SendAsync(HttpMethod.Post, "/notes", await TokenAsync("data.read", "data.write"))).StatusCode);
        Assert.Equal(200, (int)(await SendAsync(HttpMethod.Get, "/notes/title", null)).StatusCode);
    }

    [Fact]
    public async Task RequireAgentScopeWorksWithAGlobalAuthorizeFilterToo()
    {
        _issuer = await TestIssuer.StartAsync(
            services: static s =>
            {
                s.AddAuthentication(Cookies).AddCookie(Cookies);
                new ControllerParts(typeof(OpenApi.LinesController)).AddTo(s);
                s.Configure<MvcOptions>(static o => o.Filters.Add(new AuthorizeFilter()));
            },
            map: static app => app.MapControllers().RequireAgentScope("data.read"));

        Wire.AssertChallenge(await SendAsync(HttpMethod.Get, "/lines", null), 401, "Bearer");
        Assert.Equal(403, (int)(await SendAsync(HttpMethod.Get, "/lines", await TokenAsync("data.write"))).StatusCode);
        Assert.Equal(200, (int)(await SendAsync(HttpMethod.Get, "/lines", await TokenAsync("data.read"))).StatusCode);
    }

    [Fact]
    public async Task WithoutEndpointRoutingItLetsNobodyIn()
    {
        // Then a filter reads its policy, and there is no endpoint to read the scopes from.
        _issuer = await TestIssuer.StartAsync(
            services: static s =>
            {
                new ControllerParts(typeof(NotesController)).AddTo(s);
                s.Configure<MvcOptions>(static o => o.EnableEndpointRouting = false);
            },
            map: static app => app.UseMvc());

        Assert.Equal(200, (int)(await SendAsync(HttpMethod.Get, "/notes/title", null)).StatusCode);
        Assert.Equal(401, (int)(await SendAsync(HttpMethod.Get, "/notes", null)).StatusCode);
        Assert.Equal(403, (int)(await SendAsync(HttpMethod.Get, "/notes", await TokenAsync("data.read"))).StatusCode);
    }

    [Fact]
    public async Task AnAppsOwnDefaultPolicyDoesNotApply()
    {
        await StartAsync(s => s.AddAuthorizationBuilder().SetDefaultPolicy(
            new AuthorizationPolicyBuilder(Cookies).RequireRole("employee").Build()));
        using var answer = await SendAsync(HttpMethod.Get, "/notes", await TokenAsync("data.read"));

        Assert.Equal(200, (int)answer.StatusCode);
        Wire.AssertChallenge(await SendAsync(HttpMethod.Get, "/notes", null), 401, "Bearer");
    }

    [Fact]
    public async Task RequireAgentScopeNeedsNoPolicyByName()
    {
        await StartAsync(s => s.AddSingleton<IAuthorizationPolicyProvider, NoNamedPolicies>());

        Wire.AssertChallenge(
            await SendAsync(HttpMethod.Get, "/data", await TokenAsync("data.write")),
            403, "Bearer error=\"insufficient_scope\", scope=\"data.read\"");
        Assert.Equal(200, (int)(await SendAsync(HttpMethod.Get, "/data", await TokenAsync("data.read"))).StatusCode);
        // The attribute does, and without it nobody gets in.
        Assert.Equal(500, (int)(await SendAsync(HttpMethod.Get, "/notes", await TokenAsync("data.read"))).StatusCode);
    }

    [Fact]
    public async Task WhereOnlyThePolicyOfAnAttributeIsReadNobodyGetsIn()
    {
        // Blazor does this for a page.
        await StartAsync();
        var policy = await AuthorizationPolicy.CombineAsync(
            _issuer!.Service<IAuthorizationPolicyProvider>(), [new AgentScopeAttribute("data.read")]);
        var agent = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(AgentTokenDefaults.ScopeClaimType, "data.read")], AgentTokenDefaults.AuthenticationScheme));

        var result = await _issuer.Service<IAuthorizationService>().AuthorizeAsync(agent, null, policy!);

        Assert.False(result.Succeeded);
    }

    [Theory]
    [InlineData]
    [InlineData("data read")]
    [InlineData("data.read", "")]
    public void AnInvalidScopeIsAnError(params string[] scopes) =>
        Assert.Throws<ArgumentException>(() => new AgentScopeAttribute(scopes));

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        _log.Dispose();
        if (_issuer is not null) await _issuer.DisposeAsync();
    }

    private async Task StartAsync(Action<IServiceCollection>? services = null) => _issuer = await TestIssuer.StartAsync(
        services: s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            s.AddAuthentication(Cookies).AddCookie(Cookies);
            new ControllerParts(typeof(NotesController)).AddTo(s);
            s.AddSignalR();
            services?.Invoke(s);
        },
        map: static app =>
        {
            app.MapControllers();
            app.MapHub<NotesHub>("/hub");
            app.MapHub<OpenHub>("/open-hub");
            app.MapPost("/login", static (HttpContext http) => http.SignInAsync(Cookies, new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(AgentTokenDefaults.AgentIdClaimType, "a person"), new Claim(AgentTokenDefaults.ScopeClaimType, "data.read")],
                Cookies))));
            app.MapGet("/user", static (ClaimsPrincipal user) => $"'{user.GetAgentId()}' '{string.Join(' ', user.GetAgentScopes())}'");
            app.MapGet("/lambda", [AgentScope("data.write")] static (ClaimsPrincipal agent) => agent.GetAgentId())
                .RequireAgentScope("data.read");
        });

    private async Task<string> TokenAsync(params string[] scopes)
    {
        var body = TestIssuer.Body();
        body["scopes"] = scopes;
        return await Wire.TokenAsync(_issuer!, body);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, _issuer!.Uri(path));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await _browser.SendAsync(request);
    }

    /// <returns>SignalR's answer to the call of a method, in its JSON protocol.</returns>
    private async Task<string> InvokeAsync(string hub, string method, string? token)
    {
        using var socket = new ClientWebSocket();
        if (token is not null) socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new UriBuilder(_issuer!.Uri(hub)) { Scheme = "ws" }.Uri, CancellationToken.None);
        Assert.Equal("{}", await AskAsync(socket, """{"protocol":"json","version":1}"""));
        return await AskAsync(socket, $$"""{"type":1,"invocationId":"1","target":"{{method}}","arguments":[]}""");
    }

    private static async Task<string> AskAsync(ClientWebSocket socket, string message)
    {
        const char End = '\u001e';
        await socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[4096];
        var read = await socket.ReceiveAsync(buffer, CancellationToken.None);
        // The text of an answer escapes apostrophes.
        return Encoding.UTF8.GetString(buffer, 0, read.Count).TrimEnd(End).Replace("\\u0027", "'", StringComparison.Ordinal);
    }

    [AgentScope("data.read")]
    private sealed class NotesHub : OpenHub;

    private class OpenHub : Hub
    {
        public string Open() => $"ran on {Context.ConnectionId}";

        [AgentScope("data.read")]
        public string Guarded() => Open();
    }

    private sealed class NoNamedPolicies : IAuthorizationPolicyProvider
    {
        public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => Task.FromResult<AuthorizationPolicy?>(null);

        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() =>
            Task.FromResult(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);
    }
}
