using System.Text;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Who is let into the administration, and that an app whose administration is open to everyone does not start.</summary>
public sealed class AdministrationStartTests
{
    [Fact]
    public async Task WithoutAPolicyTheAppDoesNotStart()
    {
        var message = await RefusedAsync(static _ => { });

        Assert.Contains("MapAgentTokenAdministration(\"/agents\") would be open to everyone, because no policy guards them", message);
        Assert.Contains(".RequireAuthorization(\"ops\")", message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AllowAnonymousOverridesAPolicyInAnyOrder(bool isFirst)
    {
        var message = await RefusedAsync(group =>
        {
            if (isFirst) group.AllowAnonymous();
            group.RequireAuthorization(Operators.Policy);
            if (!isFirst) group.AllowAnonymous();
        });

        Assert.Contains("AllowAnonymous() lets everyone in", message);
    }

    [Fact]
    public async Task AllowAnonymousOverridesAFallbackPolicy() => Assert.Contains(
        "AllowAnonymous()", await RefusedAsync(static group => group.AllowAnonymous(), Fallback));

    [Fact]
    public async Task OtherConventionsAreNoPolicy() =>
        Assert.Contains("no policy", await RefusedAsync(static group => group.RequireHost("*:5002").WithMetadata(new object())));

    [Fact]
    public async Task WithoutAStoreMappingSaysWhatToCall()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestIssuer.StartAsync(
            map: static app => app.MapAgentTokenAdministration("/agents").RequireAuthorization()));

        Assert.Contains(".UseEntityFrameworkCore<AppDbContext>()", error.Message);
        Assert.Contains(".UseAgentStore(…)", error.Message);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task OnlyThePolicysUsersAreLetIn(string method, string path)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var secret = await issuer.RegisterAsync("A");

        Assert.Equal(401, await StatusAsync(issuer, method, path, null));
        Assert.Equal(403, await StatusAsync(issuer, method, path, "otto"));
        Assert.Equal(200, await issuer.RequestAsync("A", secret));
        Assert.Single(issuer.Log.Audit, static e => e.Id is 1007 or 1008);
    }

    [Fact]
    public async Task AFallbackPolicyGuardsIt()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(guard: static _ => { }, services: Fallback);

        Assert.Equal(401, await StatusAsync(issuer, "GET", "", null));
        Assert.Equal(403, await StatusAsync(issuer, "GET", "", "otto"));
        Assert.Equal(200, await StatusAsync(issuer, "GET", "", Operators.Name));
    }

    [Fact]
    public async Task RequirementsOfAnAttributeGuardIt()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(
            guard: static group => group.WithMetadata(new OnlyOperators()),
            services: static services => services.Configure<AuthenticationOptions>(static o => o.DefaultScheme = Operators.SchemeName));

        Assert.Equal(401, await StatusAsync(issuer, "GET", "", null));
        Assert.Equal(403, await StatusAsync(issuer, "GET", "", "otto"));
        Assert.Equal(200, await StatusAsync(issuer, "GET", "", Operators.Name));
    }

    [Fact]
    public async Task AgentTokensCanGuardItToo()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(
            static o => o.Scopes.Add("agents.write"), guard: static group => group.RequireAgentScope("agents.write"));
        await issuer.Store.CreateAsync("A", new() { Scopes = ["data.read"] });
        var admin = await issuer.Store.CreateAsync("admin", new() { Scopes = ["agents.write"] });
        var body = new Dictionary<string, object?>(TestIssuer.Body()) { ["agent_id"] = "admin", ["scopes"] = new[] { "agents.write" } };
        var token = await Wire.TokenAsync(issuer.Issuer, body, admin!.Secret);

        Assert.Equal(401, await StatusAsync(issuer, "POST", "/A/disable", Operators.Name));
        using var request = new HttpRequestMessage(HttpMethod.Post, issuer.Issuer.Uri("/agents/A/disable"));
        request.Headers.Add("Authorization", $"Bearer {token}");
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await Wire.Http.SendAsync(request);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("admin", issuer.Log.Audit[^1].Values["By"]);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task APolicyForAnyUserKeepsAgentsOut(string method, string path)
    {
        await using var issuer = await AdministeredIssuer.StartAsync(
            guard: static group => group.RequireAuthorization(static p => p
                .AddAuthenticationSchemes(AgentTokenDefaults.AuthenticationScheme, Operators.SchemeName)
                .RequireAuthenticatedUser()));
        var (secret, other) = (await issuer.RegisterAsync("A"), await issuer.RegisterAsync("B"));
        var token = await issuer.TokenAsync("B", other);

        Assert.Equal(200, await StatusAsync(issuer, "GET", "", "otto"));
        await DeniedAsync(issuer, method, path, token);
        // An operator's credentials beside the token do not make it an operator's.
        await DeniedAsync(issuer, method, path, token, Operators.Name);

        Assert.Equal(200, await issuer.RequestAsync("A", secret));
        Assert.Equal(method == "GET" ? 0 : 2, issuer.Log.Audit.Count(
            static e => e.Id == 1008 && (string?)e.Values["Outcome"] == "access_denied"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnAgentIsKeptOutAlsoIfItsSchemeIsTheAppsOnlyOne(bool isFallback)
    {
        var database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);
        try
        {
            await using var issuer = await TestIssuer.StartAsync(
                services: s =>
                {
                    database.AddTo(s);
                    if (isFallback) s.AddAuthorizationBuilder().SetFallbackPolicy(
                        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
                },
                map: app =>
                {
                    var administration = app.MapAgentTokenAdministration("/agents");
                    if (!isFallback) administration.RequireAuthorization();
                });
            var store = issuer.Service<IAgentStore>();
            await store.CreateAsync("A", new() { Scopes = ["data.read"] });
            var agent = await store.CreateAsync("test-agent", new() { Scopes = ["data.read"] });
            var token = await Wire.TokenAsync(issuer, TestIssuer.Body(), agent!.Secret);

            using var request = new HttpRequestMessage(HttpMethod.Post, issuer.Uri("/agents/A/rotate-secret"));
            request.Headers.Add("Authorization", $"Bearer {token}");
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await Wire.Http.SendAsync(request);

            await Wire.AssertRefusedAsync(answer, 403, "access_denied");
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task TheLocalPortKeepsItOffThePublicOneWhateverTheHostHeaderSays()
    {
        // As docs/issuer.md has it.
        var port = 5002;
        await using var issuer = await AdministeredIssuer.StartAsync(guard: group => group
            .RequireAuthorization(Operators.Policy)
            .RequireAuthorization(p => p.RequireAssertion(c => c.Resource is HttpContext http && http.Connection.LocalPort == port)));

        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Issuer.Uri("/agents"));
        request.Headers.Host = "localhost:5002";
        request.Headers.Add(Operators.Header, Operators.Name);
        using var refused = await Wire.Http.SendAsync(request);
        Assert.Equal(403, (int)refused.StatusCode);

        port = issuer.Issuer.Uri("/").Port;
        Assert.Equal(200, await StatusAsync(issuer, "GET", "", Operators.Name));
    }

    public static TheoryData<string, string> Calls => new()
    {
        { "POST", "" }, { "GET", "" }, { "GET", "/A" }, { "PATCH", "/A" }, { "DELETE", "/A" }, { "POST", "/A/rotate-secret" },
        { "POST", "/A/disable" }, { "POST", "/A/enable" }, { "POST", "/A/void-tokens" },
    };

    private static void Fallback(IServiceCollection services) => services.AddAuthorizationBuilder().SetFallbackPolicy(
        new AuthorizationPolicyBuilder(Operators.SchemeName).RequireUserName(Operators.Name).Build());

    private static async Task<string> RefusedAsync(
        Action<IEndpointConventionBuilder> guard, Action<IServiceCollection>? services = null) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(
            () => AdministeredIssuer.StartAsync(guard: guard, services: services))).Message;

    private static async Task DeniedAsync(
        AdministeredIssuer issuer, string method, string path, string token, string? user = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), issuer.Issuer.Uri("/agents" + path));
        request.Headers.Add("Authorization", $"Bearer {token}");
        if (user is not null) request.Headers.Add(Operators.Header, user);
        request.Content = method is "GET" or "DELETE" ? null : new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await Wire.Http.SendAsync(request);
        await Wire.AssertRefusedAsync(answer, 403, "access_denied");
    }

    private static async Task<int> StatusAsync(AdministeredIssuer issuer, string method, string path, string? user)
    {
        using var answer = await issuer.SendAsync(method, path, user: user);
        return (int)answer.StatusCode;
    }
}
