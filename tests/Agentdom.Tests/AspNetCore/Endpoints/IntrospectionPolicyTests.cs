using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Who may introspect, and what the audit says about it.</summary>
public sealed class IntrospectionPolicyTests : IDisposable
{
    private const string Form = "application/x-www-form-urlencoded";

    private readonly LogCapture _log = new();

    [Theory]
    [InlineData("introspect", Form)]
    [InlineData("verify", Form)]
    [InlineData("verify", Form + "; charset=utf-8")]
    [InlineData("introspect", "application/json")]
    public async Task APolicyGuardsIntrospectionAtBothAddresses(string path, string type)
    {
        await using var issuer = await StartAsync(tokens => tokens.Introspection.RequireAuthorization(Operators.Policy));
        var token = await TokenAsync(issuer);

        Assert.Equal(401, await AskAsync(issuer, path, type, token, user: null));
        Assert.Equal(403, await AskAsync(issuer, path, type, token, user: "someone"));
        var expected = type == "application/json" ? 415 : 200;
        Assert.Equal(expected, await AskAsync(issuer, path, type, token, Operators.Name));
    }

    [Fact]
    public async Task AgentsNeedNoPolicy()
    {
        await using var issuer = await StartAsync(tokens =>
        {
            tokens.Introspection.RequireAuthorization(Operators.Policy);
            tokens.RequireAuthorization(Operators.Policy);
        });
        var token = await TokenAsync(issuer);
        var question = $$"""{"token":"{{token}}"}""";

        Assert.Contains("true", await (await issuer.PostAsync("/tokens/verify", question)).Content.ReadAsStringAsync());
        Assert.Equal(200, (int)(await issuer.PostAsync("/tokens/revoke", $"token={token}", Form)).StatusCode);
        Assert.Contains("false", await (await issuer.PostAsync("/tokens/verify", question)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task APolicyOfTheGroupCountsForIntrospection()
    {
        await using var issuer = await StartAsync(tokens => tokens.RequireAuthorization(Operators.Policy));
        var token = await TokenAsync(issuer);

        Assert.Equal(401, await AskAsync(issuer, "introspect", Form, token, user: null));
        Assert.Equal(401, await AskAsync(issuer, "verify", Form, token, user: null));
        Assert.Equal(200, await AskAsync(issuer, "introspect", Form, token, Operators.Name));
    }

    [Fact]
    public async Task AResourceCanBeAnAgentItself()
    {
        await using var issuer = await StartAsync(tokens => tokens.Introspection.RequireAgentScope("data.write"));
        var token = await TokenAsync(issuer);
        using var request = new HttpRequestMessage(HttpMethod.Post, issuer.Uri("/tokens/introspect"));
        request.Content = new FormUrlEncodedContent([new("token", token)]);
        request.Headers.Authorization = new("Bearer", await TokenAsync(issuer, "data.write"));

        Assert.Equal(401, await AskAsync(issuer, "introspect", Form, token, user: null));
        Assert.Equal(200, (int)(await Wire.Http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("introspect")]
    [InlineData("verify")]
    public async Task RequirementsOfAnAttributeAreAPolicy(string path)
    {
        await using var issuer = await StartAsync(
            static tokens => tokens.Introspection.WithMetadata(new OnlyOperators()),
            static services => services.Configure<AuthenticationOptions>(static o => o.DefaultScheme = Operators.SchemeName));
        var token = await TokenAsync(issuer);

        Assert.Equal(401, await AskAsync(issuer, path, Form, token, user: null));
        Assert.Equal(403, await AskAsync(issuer, path, Form, token, user: "someone"));
        Assert.Equal(200, await AskAsync(issuer, path, Form, token, Operators.Name));
    }

    [Fact]
    public async Task TheFallbackPolicyOfTheAppDoesNotCloseIt()
    {
        await using var issuer = await StartAsync(null, services => services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder(Operators.SchemeName)
                .RequireAuthenticatedUser().Build()));

        Assert.Equal(200, await AskAsync(issuer, "introspect", Form, await TokenAsync(issuer), user: null));
    }

    [Fact]
    public async Task TheMetadataSaysNothingOfHowAPolicyAuthenticates()
    {
        await using var issuer = await StartAsync(tokens => tokens.Introspection.RequireAuthorization(Operators.Policy), publishes: true);
        var metadata = await Wire.JsonAsync(await issuer.GetAsync("/group/.well-known/oauth-authorization-server"));

        Assert.EndsWith("/group/tokens/introspect", metadata.GetProperty("introspection_endpoint").GetString());
        Assert.False(metadata.TryGetProperty("introspection_endpoint_auth_methods_supported", out _));
    }

    [Fact]
    public async Task EachAnswerIsOneEvent()
    {
        await using var issuer = await StartAsync(null);
        var token = await TokenAsync(issuer);
        await AskAsync(issuer, "introspect", Form, token, user: null);
        await AskAsync(issuer, "verify", Form, "garbage", user: null);
        await issuer.PostAsync("/tokens/introspect", "", Form);
        await issuer.PostAsync("/tokens/revoke", $"token={token}", Form);

        Assert.Equal(
            [1001, 1003, 1003, 1002, 1004], _log.Audit.Select(static e => e.Id));
        Assert.Equal(
            ["valid", "invalid", "invalid_request", "revoked"], _log.Audit.Skip(1).Select(static e => (string?)e.Values["Outcome"]));
        Assert.Equal("introspect", _log.Audit[3].Values["Operation"]);
        Assert.DoesNotContain(token, _log.AllText);
    }

    [Fact]
    public async Task ItCountsForTheLimitOfItsAddress()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.Limits.RequestsPerMinutePerAddress = 1);
        var token = await issuer.TokenAsync();

        Assert.Equal(429, (int)(await Wire.IntrospectAsync(issuer, token)).StatusCode);
        Assert.Equal(429, (int)(await Wire.IntrospectAsync(issuer, token, "verify")).StatusCode);
    }

    public void Dispose() => _log.Dispose();

    private Task<TestIssuer> StartAsync(
        Action<AgentTokenEndpointConventionBuilder>? guard, Action<IServiceCollection>? more = null, bool publishes = false)
    {
        void Services(IServiceCollection services)
        {
            services.AddLogging(l => l.AddProvider(_log));
            services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Operators>(Operators.SchemeName, null);
            services.AddAuthorizationBuilder().AddPolicy(
                Operators.Policy, p => p.AddAuthenticationSchemes(Operators.SchemeName).RequireUserName(Operators.Name));
            more?.Invoke(services);
        }
        return publishes
            ? TestIssuer.StartPublishingAsync(services: Services, map: app =>
            {
                var group = app.MapGroup("/group");
                guard!(group.MapAgentTokens("/tokens"));
                group.MapAgentTokenKeys();
            })
            : TestIssuer.StartAsync(services: Services, map: app =>
            {
                var tokens = app.MapAgentTokens("/tokens");
                guard?.Invoke(tokens);
            });
    }

    private static async Task<string> TokenAsync(TestIssuer issuer, string scope = "data.read")
    {
        var body = TestIssuer.Body();
        body["scopes"] = new[] { scope };
        return (await TestIssuer.ReadAsync(await issuer.PostAsync("/tokens", TestIssuer.Signed(body)))).Text("token")!;
    }

    private static async Task<int> AskAsync(TestIssuer issuer, string path, string type, string token, string? user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, issuer.Uri($"/tokens/{path}"));
        request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes($"token={token}"));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (user is not null) request.Headers.Add(Operators.Header, user);
        using var response = await Wire.Http.SendAsync(request);
        return (int)response.StatusCode;
    }
}
